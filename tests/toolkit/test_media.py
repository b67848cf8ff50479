"""Images, tables, histograms and texts of a job: files, and an index that says what each is."""

import io
import json
import math

import numpy as np
import pytest

from jupyter_train_toolkit import log_histogram, log_image, log_table, log_text, media


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where they are kept."""
    monkeypatch.setenv(media.VARIABLE, str(tmp_path))
    monkeypatch.setitem(media._used, "files", 0)
    monkeypatch.setitem(media._used, "bytes", 0)
    monkeypatch.setattr("jupyter_train_toolkit.metrics._told", set())
    return tmp_path / "media"


def index(place):
    return [json.loads(line) for line in (place / "index.jsonl").read_text().splitlines()]


def content(place):
    [line] = index(place)
    return (place / line["file"]).read_bytes()


def test_a_text_is_a_file_and_a_line_of_the_index(place):
    log_text("notes", "Grüße", step=np.int64(3))
    [line] = index(place)
    assert (line["kind"], line["name"], line["step"], line["bytes"]) == ("text", "notes", 3, 7)
    assert content(place).decode() == "Grüße"


@pytest.mark.parametrize("name", ["../../x", "<b>", "a/b", "", ".", "\0", "שלום", "n" * 5000])
def test_a_name_is_text_and_leads_nowhere(place, name):
    log_text(name, "x")
    [line] = index(place)
    assert line["name"] == name[:1000]
    path = place / line["file"]
    assert path.resolve().parent == place / "text"
    assert len(path.name) < 120


GREY = np.arange(6, dtype=np.uint8).reshape(2, 3)


# Read a row as: this array is an image of these bytes.
@pytest.mark.parametrize(
    ("array", "pixels"),
    [
        (GREY, GREY),
        (np.full((2, 3, 1), True), np.full((2, 3), 255)),
        (np.full((2, 3, 4), 300), np.full((2, 3, 4), 255)),
        (np.tile([-1.0, 0.5, 2.0], (2, 3, 1)), np.tile([0, 128, 255], (2, 3, 1))),
    ],
)
def test_an_array_becomes_an_image_that_others_read(place, array, pixels):
    from PIL import Image  # noqa: PLC0415  for this one

    log_image("sample", array)
    with Image.open(io.BytesIO(content(place))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_a_tensor_is_an_array(place):
    class Tensor:
        def detach(self):
            return self

        cpu = detach

        def numpy(self):
            return GREY

    log_image("sample", Tensor())
    log_histogram("sample", Tensor())
    assert [line["kind"] for line in index(place)] == ["image", "histogram"]


def test_what_draws_itself_is_asked_to(place):
    class Figure:
        def savefig(self, file, format):
            file.write(b"\x89PNG\r\n\x1a\n" + format.encode())

    log_image("figure", Figure())
    assert content(place).endswith(b"png")


@pytest.mark.parametrize("odd", [b"<svg/>", np.zeros(3), np.zeros((2, 2, 7)), "a.png"])
def test_what_is_no_image_is_said_to_be_none(place, odd):
    with pytest.raises(TypeError):
        log_image("odd", odd)
    assert not place.exists()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"a": 1, "b": "x"}, {"a": math.nan}], id="dicts"),
        pytest.param([[np.int64(1), "x"], (math.nan, None)], id="rows"),
    ],
)
def test_a_table_keeps_its_columns_and_cells(place, rows):
    log_table("rows", rows, columns=["a", "b"])
    assert json.loads(content(place)) == {
        "columns": ["a", "b"], "rows": [[1, "x"], ["nan", None]], "left_out": 0,
    }  # fmt: skip


def test_a_long_table_is_cut_and_says_so(place):
    log_table("rows", ([n] for n in range(media.MOST_ROWS + 5)), columns=["n"])
    found = json.loads(content(place))
    assert (len(found["rows"]), found["left_out"]) == (media.MOST_ROWS, 5)


@pytest.mark.parametrize("values", [[0, 1, 1, 4, math.nan], np.array([0.0, 1, 1, 4, np.inf])])
def test_a_histogram_counts_what_is_finite(place, values):
    log_histogram("weights", values, bins=4)
    found = json.loads(content(place))
    assert found == {"edges": [0, 1, 2, 3, 4], "counts": [1, 2, 0, 1], "no_numbers": 1}


@pytest.mark.parametrize("values", [[], [3, 3]])
def test_a_histogram_of_next_to_nothing_is_one(place, values):
    log_histogram("weights", values, bins=2)
    assert sum(json.loads(content(place))["counts"]) == len(values)


def test_what_is_too_large_or_too_much_is_left_out_and_that_is_said(place, capsys, monkeypatch):
    log_text("large", "x" * (media.LARGEST + 1))
    assert not place.exists()
    monkeypatch.setattr(media, "MOST_FILES", 1)
    for _ in range(3):
        log_text("small", "x")
    assert len(index(place)) == 1
    said = capsys.readouterr().err
    assert (said.count("at most"), said.count("no more are")) == (1, 1)


def test_trouble_with_the_disk_does_not_disturb_the_training(place, capsys):
    place.write_text("in the way")
    for _ in range(2):
        log_text("notes", "x")
    assert "cannot be kept" in capsys.readouterr().err


def test_outside_a_job_nothing_is_kept(place, monkeypatch, capsys):
    monkeypatch.delenv(media.VARIABLE)
    log_text("notes", "x")
    assert "not inside a training job" in capsys.readouterr().err
    assert not place.exists()
