"""Where names have letters outside ASCII, and where they hardly ever have them."""

from __future__ import annotations

_NO_LETTERS = frozenset("×÷ƒ")
_SELDOM = frozenset("æøðþýÿœìòõùÆØÐÞÝŸŒÌÒÕ")
"""Letters that hardly any name in a Dutch file has, and that are frequent letters in an encoding of elsewhere."""
_E_OR_O, _M_OR_Z, _CONSONANTS = (frozenset(letters) for letters in ("oO", "mM", "bmBM"))
_VOWELS = frozenset("aoAO")
"""Letters of ASCII by what stands for them."""


def is_letter(character: str) -> bool:
    """Whether a character is a letter of a name in Latin letters."""
    return (character.isascii() and character.isalpha()) or ("\u00c0" <= character <= "\u024f" and character not in _NO_LETTERS)


def differs_seldom(usual: str, other: str) -> bool:
    """Whether two readings of a word differ where the usual one has a letter that Dutch files hardly have."""
    return any(_is_seldom(usual, at) for at in range(len(usual)) if usual[at] != other[at])


def _is_seldom(text: str, at: int) -> bool:
    """Whether a letter is one that Dutch files hardly have where it stands.

    In Windows-1250, è at the end is č, ã without o or e is ă, ñ without a vowel is ń; in Windows-1257, à within a word is ą.
    """
    after = text[at + 1 : at + 2]
    return (
        text[at] in _SELDOM
        or (text[at] == "è" and not is_letter(after))
        or (text[at] == "ã" and after not in "oe")
        or (text[at] == "à" and is_letter(after))
        or (text[at] in "ñÑ" and after in _CONSONANTS)
    )


def is_odd(text: str) -> bool:
    """Whether a letter or sign stands where names hardly ever have it, in any language: it is another one elsewhere."""
    return any(_hardly_stands(text[at], text[at - 1 : at], text[at + 1 : at + 2]) for at in range(len(text)) if text[at] > "~")


def _hardly_stands(letter: str, before: str, after: str) -> bool:
    # One reading has a usual letter there, and the other one, for which this is asked, is made of the same byte.
    first = not is_letter(before)
    if letter in "ãÃ":
        return first or after not in _E_OR_O
    if letter in "õÕ":
        return not first and after not in _E_OR_O
    if letter == "ı":
        return after in _VOWELS
    if letter == "Í":
        return first and after in _M_OR_Z
    if letter == "Œ":
        return after not in _VOWELS
    return (letter == "À" and not first) or letter in "«“„" or (letter == "…" and before.isupper())
