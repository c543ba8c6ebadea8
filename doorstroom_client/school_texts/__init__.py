"""Ready texts for schools, in Dutch: for screens of a LAS, for mails, and what errors say; names are filled in or left open."""

from doorstroom_client.basics.uitleg import Uitleg as Uitleg
from doorstroom_client.school_texts.catalogue import TEKSTEN as TEKSTEN
from doorstroom_client.school_texts.catalogue import Schooltekst as Schooltekst
from doorstroom_client.school_texts.catalogue import Tekstsoort as Tekstsoort
from doorstroom_client.school_texts.catalogue import find_tekst as find_tekst
from doorstroom_client.school_texts.filling import Invulling as Invulling
from doorstroom_client.school_texts.page import als_pagina as als_pagina

__all__ = ["TEKSTEN", "Invulling", "Schooltekst", "Tekstsoort", "Uitleg", "als_pagina", "find_tekst"]
