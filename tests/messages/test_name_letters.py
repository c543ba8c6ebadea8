# ruff: noqa: E501 - names in lines
"""Names that people have pass; what another encoding or program made of them does not."""

from __future__ import annotations

import html
from urllib.parse import quote

import pytest

from doorstroom_client.messages.name_letters import name_doubt, name_fault, text_fault

REAL = """
Jan Anne-Fleur Zoë Chloé Loïs Renée Daniël Michaël Raphaël Gabriël Joël Noël Anaïs Thaïs Eloïse Héloïse Maïté Aïsha Naïma Soufyân
Björn Jürgen Søren Åsa Ægir Þór Guðrún Özlem Çağla İpek Şeyma Gökçe Yıldız Tuğba Ömer Ümit Ayşegül Oğuzhan
Łukasz Wiśniewska Żółkiewski Małgorzata Świętosław Grzegorz Stanisław Kraśniński Źdźbło Ćwikła Józef Błażej
Dvořák Křížová Růžička Škoda Čapek Žižka Němcová Ľubica Ďurica Hájková Štěpánka
Nguyễn Phạm Đặng Trần Huỳnh Võ Lê Thị Ngọc Quỳnh Đức Ngô Bùi Dương
Conceição João Simões Gonçalves Magalhães Antônio Luís Inês Estêvão Mendonça Assunção
Muñoz Núñez Ibáñez Íñigo Ángel Óscar Úrsula Peñalver Jiménez García Güell Llŭisa
Ștefan Țiriac Băsescu Ionuț Mihăiță Rădulescu Gyöngyi Szűcs Erdős Győző Lőrincz Kovács
Ógán Siobhán Pádraig Seán Róisín O’Neill O'Brien D’Angelo D'Ancona McDonald McÉvoy MacLeod FitzGerald DeVries LaToya
IJsbrand Ĳsbrand Sint-Jans Jean-François Marie-Thérèse Wiel-Straatsma Al-Khatib El-Hajj Abd-el-Kader
Sjoerdtsje Froukje Jitske Wytze Tsjikke Douwe Ùrsula Sìle Mòrag
Māra Kārlis Jānis Ģirts Ņikita Šarūnas Žydrūnė Kęstutis Ąžuolas Õnnela Jüri Mõtus
Ɛsi Kɔfi Ɓala Ƙande Ŋaŋa Adébáyò Olúwaṣeun Ọlá Ìbùkún Nnọ́ñà
Əliyev Gülnarə Çingiz Ğalib Kʻen ʻOkina Hawaiʻi Mā’alo Ta‘ala
Иван Сергей Ёлкина Юлія Ґалина Βασίλης Ελένη Παπαδόπουλος Νίκος محمد فاطمة علیرضا יוסף שרה 王伟 李娜 さくら 김민준 प्रिया தமிழ் นภา ქეთევან Արմեն
"""
PARTS = [
    *("van der Berg", "van 't Hof", "'t Hart", "’t Jong", "in 't Veld", "de la Peña", "dos Santos e Silva", "von und zu Löwe"),
    *(
        "ter Braak-Ödekerken",
        "Van Den Broeck",
        "op den Velde",
        "uit den Boogaard",
        "Ó Súilleabháin",
        "Ní Dhomhnaill",
        "Ó hÉigeartaigh",
    ),
    *(
        "bin Yûsuf",
        "Ben Saïd",
        "El Aïssaoui",
        "Aït Oufkir",
        "Benaïssa",
        "JANSEN",
        "MÜLLER",
        "ÇELİK",
        "GROßMANN",
        "Groß",
        "Weiß",
    ),
    *(
        "Sint Maarten",
        "St. Pierre",
        "J.P. Balk",
        "Anna  Maria",
        "Nuño-Ålesund",
        "Ærø",
        "Œuvrard",
        "L'Hôpital",
        "Müller-Lüdenscheidt",
    ),
]
NAMES = [*REAL.split(), *PARTS]
COMMON = "éèëêïîíöôóòüûúùçñáàâäãåøæšžýÉÈËÖÜÇÑÁÄØ"


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 200


@pytest.mark.parametrize("name", NAMES)
def test_a_real_name(name: str) -> None:
    assert name_fault(name) == ""


def ways(name: str) -> dict[str, str]:
    """What programs make of a name, with letters that cannot be lost among real ones."""
    found = {"UTF-8 as Latin-1": name.encode().decode("latin-1")}
    for codec in ("cp1252", "cp1250"):
        try:
            found[f"UTF-8 as {codec}"] = name.encode().decode(codec)
        except UnicodeDecodeError:  # it has no letter for one of these bytes
            continue
    found["three times"] = found["UTF-8 as Latin-1"].encode().decode("latin-1")
    found["HTML"] = "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in name)
    found["HTML by name"] = "".join(f"&{NAMED[letter]}" if letter in NAMED else letter for letter in name)
    found["address"] = quote(name)
    found["JSON"] = name.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    found["mail"] = "".join(
        letter if letter.isascii() else "".join(f"={byte:02X}" for byte in letter.encode()) for letter in name
    )
    found["workbook"] = "".join(letter if letter.isascii() else f"_x{ord(letter):04X}_" for letter in name)
    found["lost"] = "".join(letter if letter.isascii() else "?" for letter in name)
    found["replaced"] = "".join(letter if letter.isascii() else "\ufffd" for letter in name)
    return found


NAMED = {letter: name for name, letter in html.entities.html5.items() if name.endswith(";") and letter in COMMON}


@pytest.mark.parametrize("letter", COMMON)
@pytest.mark.parametrize("frame", ["B{}rg", "{}ngel", "Ren{}", "Ma{}lle-Anne"])
def test_a_name_that_was_spoiled(frame: str, letter: str) -> None:
    name = frame.format(letter)
    passed = {way: text for way, text in ways(name).items() if text != name and not name_fault(text) and not name_doubt(text)}
    assert passed == {}


@pytest.mark.parametrize("text", ["8│9", "8Ã«", "gr\x81ep", "&eacute;", "\ue000", "8_x00E9_", "gr=C3=A9"])
def test_a_text_that_is_no_name(text: str) -> None:
    assert text_fault(text)
