"""What a script can be told is read from its text, which is never run."""

import json
import os

import pytest

from jupyter_train.server.arguments import assigned_parameters, script_parameters
from jupyter_train.server.inspection import LARGEST


def argument(words):
    (found,) = script_parameters(f"import argparse, os\nLR = 0.5\nparser.add_argument({words})")
    return found


# Read a row as: an argument of argparse, and what the form knows of it.
@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("'--lr', type=float, default=0.1", {"name": "lr", "type": "float", "default": 0.1}),
        ("'-e', '--epochs', type=int", {"name": "epochs", "type": "int", "default": None}),
        ("'-x', type=int", {"name": "x", "type": "int"}),
        ("'--lr', default=LR", {"type": "str", "default": 0.5}),
        ("'--lr', default=-1e-3, type=float", {"default": -0.001}),
        ("'--opt', choices=['sgd', 'adam']", {"type": "choice", "choices": ("sgd", "adam")}),
        ("'--n', type=int, choices=(1, 2)", {"type": "choice", "choices": (1, 2)}),
        ("'--n', required=True", {"required": True}),
        ("'--fp16', action='store_true'", {"type": "bool", "default": False}),
        ("'--no', action='store_false'", {"type": "bool", "default": True}),
        ("'--amp', action=argparse.BooleanOptionalAction, default=True", {"type": "bool"}),
        ("'--on', type=str2bool, default=True", {"type": "bool", "default": True}),
        ("'--v', type=parse, default=f()", {"type": "str", "default": None}),
        ("'--v', help='rate, %(default)s, 5%%', default=2", {"help": "rate, 2, 5%"}),
        ("'--v', help=argparse.SUPPRESS", {"help": ""}),
        ("'--v', default=os.environ.get('LR', 0.3)", {"default": 0.3}),
        ("'--v', default=[1, 2]", {"default": "[1, 2]"}),
        ("'--v', default=-1e999", {"default": "-inf"}),
        ("'--v', choices=[9007199254740993, 1e999]", {"choices": ("9007199254740993", "inf")}),
    ],
)
def test_an_argument_is_known_by_what_its_call_says(words, known):
    found = argument(words)
    assert {name: getattr(found, name) for name in known} == known


@pytest.mark.parametrize(
    "words",
    [
        "'data'",
        "'--version', action='version'",
        "'--model-dir', default=os.environ['SM_MODEL_DIR']",
        "'--train', type=str, default=os.environ.get('SM_CHANNEL_TRAIN')",
        "'--hosts', type=list, default=json.loads(os.environ['SM_HOSTS'])",
        "name",
    ],
)
def test_what_no_hyperparameter_can_say_is_left_out(words):
    assert script_parameters(f"parser.add_argument({words})") == []


def test_what_a_short_script_says_a_million_times_is_told_in_part():
    head = f"X = {'x' * 100_000!r}\nC = {['y'] * 100_000}\nH = {'%(default)s' * 1000!r}\n"
    option = f"add_argument('--a{{}}', default={'d' * 2000!r}, choices=C, help=H)\n"
    options = map(option.format, range(600))
    found = script_parameters(f"{head}add_argument('--b', default=X)\n{''.join(options)}")
    assert len(found) == 500
    assert (found[0].name, found[0].default) == ("b", None)
    assert max(len(each.choices) for each in found) == 100
    assert max(len(each.help) for each in found) < 5000


def test_a_flag_says_that_a_job_gives_it_a_value():
    assert "takes no value" in argument("'--fp16', action='store_true', help='half'").help


def test_names_for_add_argument_and_groups_are_followed():
    text = "add = parser.add_argument\nadd('--a')\ngroup.add_argument('--b')\nother('--c')"
    assert [each.name for each in script_parameters(text)] == ["a", "b"]


def test_options_of_click_have_the_type_of_their_default():
    text = (
        "import click\n@click.command()\n@click.option('--lr', default=0.1)\n"
        "@click.option('--fast/--slow', is_flag=True)\n"
        "@click.option('--opt', type=click.Choice(['a', 'b']))\ndef main(lr): ..."
    )
    found = {each.name: each.type for each in script_parameters(text)}
    assert found == {"lr": "float", "fast": "bool", "opt": "choice"}


def test_fields_of_dataclasses_are_arguments_where_something_reads_them_so():
    text = (
        "@dataclass\nclass Options:\n    lr: float = 0.1\n    name: str = field(default='a', "
        "metadata={'help': 'who'})\n    depth: int | None = None\n    seed: int\n"
    )
    assert script_parameters(text) == []
    found = script_parameters(f"from simple_parsing import parse\n{text}")
    said = [(each.name, each.type, each.default, each.required) for each in found]
    assert said[:2] == [("lr", "float", 0.1, False), ("name", "str", "a", False)]
    assert said[2:] == [("depth", "int", None, False), ("seed", "int", None, True)]
    assert found[1].help == "who"


def test_a_cell_of_parameters_gives_its_literals():
    text = "%matplotlib inline\nlr = 0.1\nn: int = 3\non = True\nname = 'a'\nx = f()\nlist_ = [1]"
    said = [(each.name, each.type, each.default) for each in assigned_parameters(text)]
    assert said == [
        ("lr", "float", 0.1),
        ("n", "int", 3),
        ("on", "bool", True),
        ("name", "str", "a"),
        ("list_", "str", "[1]"),
    ]


@pytest.fixture
def ask(jp_fetch, link, jp_root_dir):
    async def ask(**form):
        body = json.dumps(form)
        answer = await jp_fetch("jupyter-train", "launch", "inspect", method="POST", body=body)
        return json.loads(answer.body)

    return ask


async def test_a_script_a_cell_and_a_notebook_are_told_apart(ask, jp_root_dir):
    (jp_root_dir / "a.py").write_text("# coding: latin-1\np.add_argument('--lr', type=float)")
    cells = [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["n = 1\n"]}]
    (jp_root_dir / "a.ipynb").write_text(json.dumps({"cells": cells}))
    (jp_root_dir / "a.sh").write_text("echo 1")
    lr = {"name": "lr", "type": "float", "default": None, "choices": []}
    said = await ask(path="a.py")
    assert said["hyperparameters"] == [{**lr, "required": False, "help": ""}]
    assert (said["kind"], said["problem"]) == ("script", "")
    told = await ask(path="a.ipynb"), await ask(notebook={"cells": cells}, path="new.ipynb")
    assert [(each["kind"], each["hyperparameters"][0]["name"]) for each in told] == [
        ("notebook", "n"),
        ("notebook", "n"),
    ]
    assert (await ask(code="p.add_argument('--x')"))["kind"] == "cell"
    assert (await ask(path="a.sh"))["hyperparameters"] == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"path": "absent.py"}, "There is no file absent.py"),
        ({"path": "../a.py"}, "leads out"),
        ({"path": "broken.py"}, "line 2:"),
        ({"path": "nul.py"}, "cannot be read"),
        ({"path": "deep.py"}, "cannot be read"),
        ({"path": "large.py"}, "larger than 2 MB"),
        ({"path": "bad.ipynb"}, "cannot be read"),
        ({"code": "x" * (LARGEST + 1)}, "larger than 2 MB"),
        ({"code": "%%train\nprint("}, "line 1:"),
        ({"code": "%%time\nprint()"}, "line 1:"),
    ],
)
async def test_what_cannot_be_read_is_said_in_a_sentence(ask, jp_root_dir, form, words):
    (jp_root_dir / "broken.py").write_text("a = 1\ndef (")
    (jp_root_dir / "nul.py").write_bytes(b"a\0")
    (jp_root_dir / "deep.py").write_text("-" * 100_000 + "1")
    (jp_root_dir / "bad.ipynb").write_text("{")
    with (jp_root_dir / "large.py").open("wb") as file:
        file.truncate(LARGEST + 1)
    said = await ask(**form)
    assert words in said["problem"]
    assert said["hyperparameters"] == []


async def test_what_is_no_file_is_not_waited_for(ask, jp_root_dir):
    os.mkfifo(jp_root_dir / "pipe.py")
    (jp_root_dir / "endless.py").symlink_to("/dev/zero")
    for name in ("pipe.py", "endless.py"):
        assert f"There is no file {name}" in (await ask(path=name))["problem"]


async def test_odd_notebooks_have_no_parameters(ask):
    tagged = {"metadata": {"tags": ["parameters"]}, "source": 7}
    for cells in (7, [7], [{"metadata": 7}], [{"metadata": {"tags": 7}}], [tagged]):
        assert (await ask(notebook={"cells": cells}))["hyperparameters"] == []
