"""The documentation keeps its word: links lead somewhere, words exist, commands are accepted."""

import ast
import importlib
import inspect
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)(?P<target>[^)#]+)")


def page_id(page):
    return str(page.relative_to(ROOT))


def blocks(language):
    return [
        (page_id(page), found["body"])
        for page in PAGES
        for found in FENCE.finditer(page.read_text())
        if found["language"] == language
    ]


def commands(program):
    """Commands in `console` blocks that start with these words, also inside $(…)."""
    lines = [
        line[2:] for _, body in blocks("console") for line in body.splitlines() if line[:1] == "$"
    ]
    inner = [re.sub(r".*\$\(([^)]*)\).*", r"\1", line) for line in lines]
    return sorted({line for line in inner if line.startswith(program)})


def glossary_classes():
    rows = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    return [name for row in rows for name in re.findall(r"`(jupyter_train[\w.]*\.[A-Z]\w+)`", row)]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_of_a_page_leads_to_a_file(page):
    targets = [found["target"] for found in LINK.finditer(CODE.sub("", page.read_text()))]
    assert [each for each in targets if not (page.parent / each).is_file()] == []


@pytest.mark.parametrize("name", glossary_classes())
def test_every_class_of_the_glossary_exists(name):
    module, _, noun = name.rpartition(".")
    assert isinstance(getattr(importlib.import_module(module), noun), type)


def test_the_glossary_calls_no_two_things_by_one_word():
    rows = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    words = [row.split("|")[1].strip() for row in rows if row.startswith("| ")]
    words = [word for word in words if word != "word"]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("command", commands("jupyter train "))
def test_the_command_line_accepts_every_command_of_the_documentation(command):
    cli = importlib.import_module("jupyter_train.cli.options")
    cli.parser().parse_args(shlex.split(command)[2:])


IMAGE_TABLES = [each for each in blocks("toml") if each[1].startswith("[images]")]
SETTINGS = [each for each in blocks("toml") if each not in IMAGE_TABLES]


@pytest.mark.parametrize(("page", "body"), IMAGE_TABLES)
def test_the_runtime_reads_every_table_of_images_of_the_documentation(page, body, tmp_path):
    images = importlib.import_module("jupyter_train.runtimes.docker.images")
    (tmp_path / "images.toml").write_text(body)
    table = images.read_table(tmp_path / "images.toml")
    assert table == tomllib.loads(body)["images"]


@pytest.mark.parametrize(("page", "body"), SETTINGS)
def test_the_manager_accepts_every_setting_of_the_documentation(page, body, tmp_path):
    config = importlib.import_module("jupyter_train.manager.config")
    (tmp_path / config.CONFIG_FILE).write_text(body)
    assert config.read_config(tmp_path).port == tomllib.loads(body).get("port")


@pytest.mark.parametrize("command", commands("make "))
def test_every_make_target_of_the_documentation_exists(command):
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    words = [word for word in shlex.split(command)[1:] if "=" not in word]
    assert set(words) <= set(targets)


@pytest.mark.parametrize(("page", "body"), blocks("python"), ids=lambda each: str(each)[-30:])
def test_every_python_block_of_the_documentation_compiles(page, body):
    lines = [line for line in body.splitlines() if not line.startswith("%")]
    ast.parse("\n".join(lines))


def test_every_option_of_a_train_cell_in_the_documentation_is_one():
    options = importlib.import_module("jupyter_train.notebook.options")
    bodies = "\n".join(body for _, body in blocks("python"))
    lines = re.findall(r"^%%train (.*)$", bodies, re.MULTILINE)
    assert lines
    for line in lines:
        names = dict.fromkeys(re.findall(r"\$(\w+)", line), "1")
        options.train_parser().parse_args(options.words(line, names))


def test_every_argument_of_an_estimator_in_the_documentation_is_one():
    estimator = importlib.import_module("jupyter_train").Estimator
    known = set(inspect.signature(estimator).parameters)
    for _, body in blocks("python"):
        for node in ast.walk(ast.parse(re.sub(r"^%.*$", "", body, flags=re.MULTILINE))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Estimator":
                assert {word.arg for word in node.keywords} <= known


def rows(page, heading):
    """The cells of the first table below a heading of a page."""
    below = (ROOT / "docs" / page).read_text().rpartition(heading)[2]
    lines = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


@pytest.mark.parametrize("row", rows("containers.md", "## Run one"), ids=lambda row: row[0])
def test_what_can_be_said_of_a_container_can_be_said_everywhere(row):
    magic = importlib.import_module("jupyter_train.notebook.options").train_parser()
    cli = importlib.import_module("jupyter_train.cli.options").parser()
    words = importlib.import_module("jupyter_train.client.parameters").PARAMETERS
    for option in re.findall(r"--[a-z-]+", row[1]):
        assert option in magic.format_help()
        value = {"--network": ["none"], "--shell": []}.get(option, ["1"])
        cli.parse_args(["run", "train.py", option, *value])
    assert set(re.findall(r"`([a-z_]+)", row[2])) <= set(words)


def test_the_files_of_the_contract_are_those_that_a_container_is_given():
    configuration = importlib.import_module("jupyter_train.engine.configuration")
    spec = importlib.import_module("jupyter_train.contract.spec")
    checkpoints = {"CheckpointConfig": {"S3Uri": "s3://b/k"}}
    copied = {"DebugHookConfig": {}, "ProfilerConfig": {}}
    document = {"TrainingJobName": "a", **checkpoints, **copied}
    made = configuration.config_files(spec.read_spec(document), document)
    told = [cell for row in rows("containers.md", "## What an image needs") for cell in row]
    assert set(re.findall(r"([a-z]+\.json)`", " ".join(told))) <= set(made)


def test_the_limits_that_the_page_on_containers_names_are_those_of_the_code():
    page = (ROOT / "docs" / "containers.md").read_text()
    options = importlib.import_module("jupyter_train.runtimes.docker.options")
    detection = importlib.import_module("jupyter_train.runtimes.docker.detection")
    settings = importlib.import_module("jupyter_train.runtimes.docker.settings")
    assert f"| processes | {options.PIDS:,} |" in page
    assert "Docker 20.10" in detection.too_old("", "")
    assert "Docker 20.10" in page
    assert settings.METADATA_ADDRESSES[0] in page


def reasons():
    """The first column of the table of reasons, as the page on containers quotes them."""
    return [row[0].split("`")[1] for row in rows("containers.md", "## Something is wrong")]


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_that_the_page_on_containers_explains_is_given_somewhere(reason):
    source = ROOT / "server_ext"
    folders = ("jupyter_train/engine", "jupyter_train/runtimes", "jupyter_train_toolkit")
    files = [path for each in folders for path in (source / each).rglob("*.*") if path.is_file()]
    said = "".join(path.read_text() for path in files if path.suffix in {".py", ".sh"})
    # A sentence may go over the end of a line, and names in it are filled in.
    joined = re.sub(r'"\s*\n\s*f?"', "", said)
    assert re.search(re.sub("'train'|137", "[^ ]+", re.escape(reason)), joined), reason


def test_every_page_is_reached_from_the_index():
    index = (ROOT / "docs" / "index.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if page.name not in index] == [
        "index.md"
    ]


def test_the_licence_and_the_version_are_where_tools_look():
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License")
    assert "## 0.1.0" in (ROOT / "CHANGELOG.md").read_text()


def leaves(shape, path=""):
    """All members of a shape of the service model that hold a value, by their paths."""
    if shape.type_name == "structure":
        for name, each in shape.members.items():
            yield from leaves(each, f"{path}.{name}")
    elif shape.type_name == "list":
        yield from leaves(shape.member, path)
    else:
        yield path[1:]


def test_of_every_member_of_a_request_the_documentation_says_what_becomes_of_it():
    models = importlib.import_module("botocore.session").get_session()
    operation = models.get_service_model("sagemaker").operation_model("CreateTrainingJob")
    told = [
        (re.findall(r"`([\w.]+)`", members), here)
        for members, here in rows("api.md", "each member")
    ]
    known = {name: here for names, here in told for name in names}
    members = list(leaves(operation.input_shape))
    unknown = [m for m in members if not any(f"{m}.".startswith(f"{each}.") for each in known)]
    gone = [each for each in known if not any(f"{m}.".startswith(f"{each}.") for m in members)]
    assert (unknown, gone) == ([], [])
    refused = importlib.import_module("jupyter_train.engine.members").REFUSED
    for name, here in known.items():
        is_refused = any(f"{each}.".startswith(f"{name}.") for each in refused)
        told = re.search("^refused|refused:", here) and not name.endswith("AlgorithmName")
        assert bool(told) == is_refused, name


def test_the_table_of_commands_has_each_command_of_the_front_end_and_no_other():
    tokens = (ROOT / "labextension" / "src" / "tokens.ts").read_text()
    told = " ".join(row[0] for row in rows("jupyterlab.md", "## Commands"))
    assert set(re.findall(r"`(train:[\w-]+)`", told)) == set(re.findall(r"'(train:.+?)'", tokens))


def test_the_table_of_settings_has_each_setting_of_the_front_end_and_no_other():
    schema = json.loads((ROOT / "labextension" / "schema" / "train.json").read_text())
    titles = {each["title"] for each in schema["properties"].values()}
    assert {row[0] for row in rows("jupyterlab.md", "## Settings")} == titles


def test_every_shortcut_of_the_front_end_is_in_the_documentation():
    schema = json.loads((ROOT / "labextension" / "schema" / "train.json").read_text())
    page = (ROOT / "docs" / "jupyterlab.md").read_text()
    for shortcut in schema["jupyter.lab.shortcuts"]:
        keys = shortcut["keys"][0].replace("Accel", "Ctrl").replace(" ", "+")
        assert keys in page
