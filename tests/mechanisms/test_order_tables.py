"""Books from tables and files: round trips, and one sentence that names the bad row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import gametrade as gt
from tests.mechanisms.books import order_books

HEAD = "id,side,price,energy,time,owner\n"


def same(one, other):
    assert (one.ids, one.owners) == (other.ids, other.owners)
    for name in ("buys", "prices", "energies", "times"):
        assert (getattr(one, name) == getattr(other, name)).all()


@given(book=order_books())
def test_tables_and_files_give_the_book_back(book, tmp_path_factory):
    same(gt.OrderBook.from_frame(book.to_frame()), book)
    same(gt.OrderBook.from_frame(book.to_frame().reset_index()), book)
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    book.to_csv(path)
    same(gt.OrderBook.read_csv(path), book)


def read(tmp_path, text):
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return gt.OrderBook.read_csv(path, unit="EUR")


def test_optional_columns_other_words_and_clock_times(tmp_path):
    book = read(tmp_path, "side,id,energy,price\nBuy,x,1,2\n\nsell,y,3,4\n")
    assert (book.ids, book.buys.tolist(), book.times.tolist(), book.unit) == (("x", "y"), [True, False], [0, 1], "EUR")
    times = read(tmp_path, "id,side,price,energy,time\nx,bid,1,1,2023-06-01 12:30\ny,ask,1,1,2023-06-01T12:00\n").times
    assert times.tolist() == [0.5, 0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "orders.csv must have a header line with id, side, price, energy. Got an empty file."),
        ("id,side,price\nx,bid,1\n", "must have the columns id, side, price, energy. Got ['id', 'side', 'price']."),
        ("id,side,price,energy,tyme\n", "columns of a table of orders must be id, side"),
        ("id,side,price,energy,id\n", "columns of orders.csv must have different names."),
        (HEAD + "x,bid,1,1,0\n", "line 2 of orders.csv must have 6 fields as its header has. Got 5."),
        (HEAD + "x,bid,1,1,0,A\ny,ask,1,,0,B\n", "energy of line 3 of orders.csv is missing."),
        (HEAD + "x,bid,,1,0,A\n", "price of line 2 of orders.csv is missing."),
        (HEAD + "x,offer,1,1,0,A\n", "side of line 2 of orders.csv must be bid or ask (or buy or sell). Got 'offer'."),
        (HEAD + "x,bid,-1,1,0,A\n", "price of line 2 of orders.csv must be finite and not negative. Got -1."),
        (HEAD + "x,bid,1,nan,0,A\n", "energy of line 2 of orders.csv must be finite and not negative. Got nan."),
        (HEAD + "x,bid,one,1,0,A\n", "price of line 2 of orders.csv must be a number. Got 'one'."),
        (HEAD + "x,bid,1,1,,A\n", "time of line 2 of orders.csv is missing."),
        (HEAD + "x,bid,1,1,noon,A\n", "time of line 2 of orders.csv must be a number or a date and time"),
        (HEAD + "x,bid,1,1,inf,A\n", "time of line 2 of orders.csv must be finite. Got inf."),
        (HEAD + "x,bid,1,1,0,\n", "owner of line 2 of orders.csv is missing."),
        (HEAD + ",bid,1,1,0,A\n", "id of line 2 of orders.csv is missing."),
        (
            HEAD + "x,bid,1,1,0,A\ny,ask,1,1,0,A\nx,bid,1,1,0,A\n",
            "id of line 4 of orders.csv must not repeat that of line 2 of orders.csv. Got 'x'.",
        ),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path, text, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_and_a_bad_row_of_a_frame(tmp_path):
    with pytest.raises(gt.InvalidInputError, match="must come from a file that exists"):
        gt.OrderBook.read_csv(tmp_path / "none.csv")
    frame = pd.DataFrame({"id": ["x", "y"], "side": ["bid", "ask"], "price": [1, 2], "energy": [1, np.nan]})
    with pytest.raises(gt.InvalidInputError, match="energy of row 1 is missing"):
        gt.OrderBook.from_frame(frame)


FRAME = {"id": ["x", "y"], "side": ["bid", "ask"], "price": [2, 1], "energy": [1, 1]}


def test_time_zones_of_a_frame_are_one_clock():
    times = pd.to_datetime(["2023-06-01T12:30+02:00", "2023-06-01T12:00+02:00"]).tz_convert("Asia/Tokyo")
    assert gt.OrderBook.from_frame(pd.DataFrame({**FRAME, "time": times})).times.tolist() == [0.5, 0.0]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"id": ["x"]}, "orders of OrderBook.from_frame must be a DataFrame. Got dict."),
        (pd.DataFrame({**FRAME, "energy": pd.array([pd.NA, 1], dtype="Float64")}), "energy of row 0 is missing."),
        (pd.DataFrame({**FRAME, "time": pd.to_datetime(["2023-06-01", None])}), "time of row 1 is missing."),
        (pd.DataFrame([[1, 1]], columns=["price", "price"]), "columns of a table of orders must have different names."),
    ],
)
def test_bad_frames_are_refused(frame, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        gt.OrderBook.from_frame(frame)
    assert message in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(bytes([255, 254, 0]))
    with pytest.raises(gt.InvalidInputError, match=r"orders\.csv must be a CSV file of text"):
        gt.OrderBook.read_csv(path)
