"""The school year as data: milestones, holidays and test periods, and what is to be done before each."""

from doorstroom_client.planning.holidays import Feestdag as Feestdag
from doorstroom_client.planning.holidays import after_workdays as after_workdays
from doorstroom_client.planning.holidays import feestdagen as feestdagen
from doorstroom_client.planning.holidays import is_workday as is_workday
from doorstroom_client.planning.milestones import Basis as Basis
from doorstroom_client.planning.milestones import Mijlpaal as Mijlpaal
from doorstroom_client.planning.milestones import mijlpalen as mijlpalen
from doorstroom_client.planning.reminders import Herinnering as Herinnering
from doorstroom_client.planning.reminders import herinneringen as herinneringen
from doorstroom_client.planning.stand import Ketenteststand as Ketenteststand
from doorstroom_client.planning.stand import Wacht as Wacht

__all__ = [
    "Basis",
    "Feestdag",
    "Herinnering",
    "Ketenteststand",
    "Mijlpaal",
    "Wacht",
    "after_workdays",
    "feestdagen",
    "herinneringen",
    "is_workday",
    "mijlpalen",
]
