"""The value lists of the published definitions 1.0.1 and 1.1.0.

Wire values are exact, slashes and dashes included (quirk Q34). What comes in may hold values that are not listed here
(a newer list, a local code): those are kept as plain text and never cause a refusal.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Schooladvies(StrEnum):
    """The 17 values of a school advice (definition 1.1.0, `Schooladviestype_enum`)."""

    VSO = "VSO"
    PRAKTIJKONDERWIJS = "PRAKTIJKONDERWIJS"
    VMBO_BB = "VMBO_BB"
    VMBO_BB_MET_LWOO = "VMBO_BB_MET_LWOO"
    VMBO_BB_TM_VMBO_KB = "VMBO_BB_TM_VMBO_KB"
    VMBO_BB_TM_VMBO_KB_MET_LWOO = "VMBO_BB_TM_VMBO_KB_MET_LWOO"
    VMBO_KB = "VMBO_KB"
    VMBO_KB_MET_LWOO = "VMBO_KB_MET_LWOO"
    VMBO_KB_TM_VMBO_GL_TL = "VMBO_KB_TM_VMBO_GL/TL"
    VMBO_KB_TM_VMBO_GL_TL_MET_LWOO = "VMBO_KB_TM_VMBO_GL/TL_MET_LWOO"
    VMBO_GL_TL = "VMBO_GL/TL"
    VMBO_GL_TL_MET_LWOO = "VMBO_GL/TL_MET_LWOO"
    VMBO_GL_TL_TM_HAVO = "VMBO_GL/TL_TM_HAVO"
    HAVO = "HAVO"
    HAVO_TM_VWO = "HAVO_TM_VWO"
    VWO = "VWO"
    GEEN_SPECIFIEK_ADVIES_MOGELIJK = "GEEN_SPECIFIEK_ADVIES_MOGELIJK"


class Toetssoort(StrEnum):
    """The seven doorstroomtoetsen (`Toetssoort_enum`)."""

    ROUTE_8 = "ROUTE_8"
    ICE = "ICE"
    DIA = "DIA"
    AMN = "AMN"
    LEERLING_IN_BEELD = "LEERLING_IN_BEELD"
    DOE = "DOE"
    OCW_DOORSTROOMTOETS = "OCW_DOORSTROOMTOETS"


TOETSNAMEN: dict[str, str] = {
    Toetssoort.ROUTE_8: "Route 8",
    Toetssoort.ICE: "IEP Doorstroomtoets",
    Toetssoort.DIA: "Dia-doorstroomtoets",
    Toetssoort.AMN: "AMN Doorstroomtoets",
    Toetssoort.LEERLING_IN_BEELD: "Leerling in beeld-doorstroomtoets",
    Toetssoort.DOE: "DOE overheidsdoorstroomtoets",
    Toetssoort.OCW_DOORSTROOMTOETS: "OCW Doorstroomtoets",
}
"""The name of each test as schools know it."""


class Identiteitsoort(StrEnum):
    """How a pupil is identified (`LeerlingIdsoort_enum`)."""

    ECK_ID = "ECK-iD"
    LAS_KEY = "LAS-key"


class Geslacht(IntEnum):
    """Formal sex (`Geslachttype_enum`); leaves the exchange from school year 2026-2027."""

    MAN = 1
    VROUW = 2
    NIET_GESPECIFICEERD = 9


class Groepsoort(StrEnum):
    """Level of a group (`GroepJaargroeptype_enum`)."""

    GROEP_7 = "7"
    GROEP_8 = "8"
    COMBINATIE = "C"
    SO_SBO = "S"


class Jaargroep(StrEnum):
    """Level of a pupil (`LeerlingJaargroeptype_enum`); 8 also stands for leerjaar 8 and up in special education."""

    GROEP_7 = "7"
    GROEP_8 = "8"


class Onderdeel(StrEnum):
    """Parts of a test (`Onderdeelcode_enum`)."""

    NEDERLANDSE_TAAL = "NEDERLANDSE_TAAL"
    REKENEN = "REKENEN"
    WERELDORIENTATIE = "8002"
    FUNCTIONEREN = "8003"


class Domein(StrEnum):
    """Domains within a part (`Domeincode_enum`)."""

    LEZEN = "LEZEN"
    TAALVERZORGING = "TAALVERZORGING"
    WOORDENSCHAT = "8052"
    SCHRIJVEN = "8053"
    BEGRIPPENLIJST = "8054"
    LUISTERVAARDIGHEID = "8055"
    GETALLEN = "8060"
    VERHOUDINGEN = "8061"
    METEN_EN_MEETKUNDE = "8062"
    VERBANDEN = "8063"
    BEGRIP = "8064"
    BEWERKINGEN = "8065"
    ZELFCONCEPT = "8080"
    WERKHOUDING = "8081"


class Subdomein(StrEnum):
    """Subdomains within a domain (`Subdomeincode_enum`)."""

    SPELLING_WERKWOORDEN = "9000"
    SPELLING_NIET_WERKWOORDEN = "9001"
    INTERPUNCTIE = "9003"
    BEGRIJPEND_LEZEN = "9010"
    OPZOEKEN = "9011"
    SAMENVATTEN = "9012"
    TECHNIEK_EN_WOORDENSCHAT = "9013"
    INTERPRETEREN_EVALUEREN_SAMENVATTEN = "9014"


class Scoresoort(StrEnum):
    """Kinds of score (`Scoresoort_enum`)."""

    AANTAL_OPGAVEN = "Aantal opgaven"
    AANTAL_GOED = "Aantal goed"
    DETAILSCORE = "Detailscore"
    TOETSSCORE = "Toetsscore"


class Resultaatsoort(StrEnum):
    """Kinds of result (`Resultaatsoort_enum`)."""

    REFERENTIENIVEAU = "Referentieniveau"
    TOETSADVIES = "Toetsadvies"
    PERCENTIELSCORE = "Percentielscore"


class Toetsadvies(StrEnum):
    """The six advice categories that all suppliers share; the wire text is free (quirk Q32)."""

    PRO_VMBO_BB = "pro/vmbo bb"
    VMBO_BB_KB = "vmbo bb/kb"
    VMBO_KB_GL_TL = "vmbo kb/gl-tl"
    VMBO_GL_TL_HAVO = "vmbo gl-tl/havo"
    HAVO_VWO = "havo/vwo"
    VWO = "vwo"


class Referentieniveau(StrEnum):
    """Reference levels; 1S exists for arithmetic, 2F for reading and language (quirk Q33)."""

    LAGER_DAN_1F = "L1F"
    F1 = "1F"
    S1 = "1S"
    F2 = "2F"
