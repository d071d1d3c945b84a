"""Placeholder while the real readers are being written."""
from typing import Any


def read_community(*args: Any, **options: Any) -> Any: raise NotImplementedError
def check_data(*args: Any, **options: Any) -> Any: raise NotImplementedError
def read_tariff(*args: Any, **options: Any) -> Any: raise NotImplementedError
