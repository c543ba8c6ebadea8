"""The settings, from a file and from variables, without a client."""

from doorstroom_client.config.reader import load_settings as load_settings
from doorstroom_client.config.setting_problem import SettingProblem as SettingProblem
from doorstroom_client.config.settings import Serve as Serve
from doorstroom_client.config.settings import Settings as Settings
from doorstroom_client.config.testperiodes import Testperiode as Testperiode
from doorstroom_client.config.variables import UnknownVariableWarning as UnknownVariableWarning

__all__ = [
    "Serve",
    "SettingProblem",
    "Settings",
    "Testperiode",
    "UnknownVariableWarning",
    "load_settings",
]
