"""What exists: homes with meter data, the tariff they face, and where to get both."""

from gametrade.community import communities
from gametrade.community._soon import check_data
from gametrade.community.batteries import Batteries
from gametrade.community.community import Community
from gametrade.community.member import Member
from gametrade.community.reading import read_community
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
    "Member",
    "Source",
    "Tariff",
    "check_data",
    "communities",
    "read_community",
    "read_tariff",
    "time_of_use",
]
