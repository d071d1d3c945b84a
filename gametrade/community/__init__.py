"""What exists: homes with meter data, the tariff they face, and where to get both."""

from gametrade.community import communities
from gametrade.community.batteries import Batteries
from gametrade.community.checking import check_data, check_files
from gametrade.community.community import Community
from gametrade.community.feeder import Feeder
from gametrade.community.feeder_files import feeder_from_pandapower, read_feeder
from gametrade.community.findings import DataCheck, Finding
from gametrade.community.flexibility import CurtailableLoad, ShiftableLoad
from gametrade.community.member import Member
from gametrade.community.reading import read_community
from gametrade.community.rebuilding import rebuild
from gametrade.community.source import Source
from gametrade.community.summary import CommunitySummary
from gametrade.community.tariff import Tariff
from gametrade.community.tariff_files import read_tariff
from gametrade.community.time_of_use import Band, time_of_use

__all__ = [
    "Band",
    "Batteries",
    "Community",
    "CommunitySummary",
    "CurtailableLoad",
    "DataCheck",
    "Feeder",
    "Finding",
    "Member",
    "ShiftableLoad",
    "Source",
    "Tariff",
    "check_data",
    "check_files",
    "communities",
    "feeder_from_pandapower",
    "read_community",
    "read_feeder",
    "read_tariff",
    "rebuild",
    "time_of_use",
]
