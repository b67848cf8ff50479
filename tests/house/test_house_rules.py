"""The house rules that no linter knows: sizes, cycles, excepts, reasons, nothing of a machine."""

import ast
import io
import re
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "server_ext"
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# Read: around a job (it becomes a Failed fact), around a request (it becomes a 500), around a call
# in a thread (it is raised again where the call is waited for).
BROAD_EXCEPTS = 3
# Where this checkout lies, and what is beside it; folders that every machine has say nothing.
EVERYWHERE = {Path("/")} | {Path("/", name) for name in ("home", "mnt", "opt", "srv", "tmp", "usr")}
PLACES = [place for place in (ROOT, ROOT.parent, Path.home()) if place not in EVERYWHERE]
# This machine's paths, package registries, and settings that would send an installer to one.
NOT_WRITTEN_DOWN = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(re.escape(str(place)) for place in PLACES)}|/root)/"
    r"|registry\.(?:npmjs|yarnpkg)\.\w+"
    r"|files\.pythonhosted\.org"
    r"|--(?:extra-)?index-url|--find-links|PIP_(?:EXTRA_)?INDEX_URL"
    r"|resolved \"?https?://"
)
BROAD = {"Exception", "BaseException"}
SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?)"
    r"(?P<reason>.*)"
)
GENERATED = ("labextension/src/contract/sagemaker.ts", "yarn.lock")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [
        p for name in listed.stdout.decode().split("\0") if name and (p := ROOT / name).is_file()
    ]


def inside(path: Path, *folders: str) -> bool:
    return any(path.is_relative_to(ROOT / folder) for folder in folders)


def written(*suffixes: str) -> list[Path]:
    """Hand-written files with one of these suffixes."""
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and str(path.relative_to(ROOT)) not in GENERATED
    ]


def package_files() -> list[Path]:
    return [path for path in written(".py") if inside(path, "server_ext")]


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions() -> Iterator[tuple[int, str]]:
    for path in package_files():
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                yield size, f"{shown(path)}:{node.name}"


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Names of modules that may be imported anywhere in a file, also inside functions."""
    here = module_name(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text_of(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    """Whether it catches all there is; to clean up and raise again is no swallowing."""
    last = handler.body[-1]
    again = isinstance(last, ast.Raise) and last.exc is None
    broad = handler.type is None or getattr(handler.type, "id", "") in BROAD
    return broad and not again


def test_no_hand_written_file_is_longer_than_400_lines():
    sizes = {shown(p): len(text_of(p).splitlines()) for p in written(".py", ".ts", ".tsx", ".css")}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_functions_are_short():
    sizes = sorted(functions())
    lengths = [size for size, _ in sizes]
    assert [each for each in sizes if each[0] > LONGEST_FUNCTION] == []
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 24


def test_no_module_imports_itself_by_way_of_others():
    modules = {module_name(path): path for path in package_files()}
    graph = {
        name: {other for other in imported(path) if other in modules and other != name}
        for name, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_broad_excepts_stand_at_three_places_only():
    broad = [
        f"{shown(path)}:{node.lineno}"
        for path in package_files()
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.ExceptHandler) and swallows_everything(node)
    ]
    assert len(broad) <= BROAD_EXCEPTS, broad


def test_every_suppression_in_python_says_why_on_its_line():
    silent = [
        f"{shown(path)}:{line} {text}"
        for path in written(".py")
        for line, text in comments(path)
        if (found := SUPPRESSION.search(text)) and len(found["reason"].strip(" -#")) < 8
    ]
    assert silent == []


def test_every_suppression_in_typescript_says_why_on_its_line():
    mark = re.compile(r"(eslint-disable|@ts-(?:ignore|expect-error|nocheck))(?P<rest>.*)")
    silent = [
        f"{shown(path)}:{number} {line.strip()}"
        for path in written(".ts", ".tsx", ".mjs", ".cjs")
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (found := mark.search(line)) and not re.search(r"(--|:)\s*\w{3,}", found["rest"])
    ]
    assert silent == []


def test_every_skipped_test_says_why():
    silent = re.compile(r"(mark\.skip(?:if)?|mark\.xfail|pytest\.skip)\b(?!.*(reason=|\(f?\"))")
    found = [
        f"{shown(path)}:{number}"
        for path in written(".py")
        if inside(path, "tests", "server_ext")
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if silent.search(line) and path != Path(__file__)
    ]
    assert found == []


def test_no_file_names_a_path_of_a_machine_or_a_package_registry():
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".gz", ".ico", ".woff2"}:
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if hit := NOT_WRITTEN_DOWN.search(line):
                found.append(f"{shown(path)}:{number} {hit[0]}")
    assert found == []


def test_importing_the_package_brings_no_heavy_module_with_it():
    heavy = "botocore boto3 sqlalchemy alembic numpy tornado IPython jupyter_server plotly regex"
    program = f"import sys, jupyter_train; print(*(set({heavy.split()!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=SOURCE
    )
    assert done.stdout.split() == []


def test_the_toolkit_imports_only_the_standard_library_of_old_pythons():
    for path in package_files():
        if not inside(path, "server_ext/jupyter_train_toolkit"):
            continue
        ast.parse(text_of(path), feature_version=(3, 8))
        tops = {name.split(".")[0] for name in imported(path)} - {"", "jupyter_train_toolkit"}
        # The user's, imported when the user has it.
        frameworks = {"callbacks", "notebook"} & set(path.parts)
        assert frameworks or tops <= sys.stdlib_module_names, shown(path)


# What CSS calls a colour; `transparent` and `currentcolor` are none of their own.
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b"
    r"|(?<![\w-])(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\("
    r"|(?<![\w-])(?:black|white|silver|gr[ae]y|maroon|purple|fuchsia|olive|navy|teal|aqua|lime"
    r"|(?:light|dark|medium|pale|deep|dim)?(?:red|green|blue|yellow|orange|pink|cyan|magenta|gold"
    r"|violet|salmon|gr[ae]y|seagreen|slategr[ae]y|skyblue|turquoise|goldenrod|orchid|khaki)"
    r"|brown|tan|beige|ivory|coral|crimson|tomato|indigo|rebeccapurple)(?![\w-])",
    re.IGNORECASE,
)


def style_rules() -> Iterator[tuple[Path, str, str]]:
    """Each rule of the front end's style sheets: its file, its selectors, its declarations."""
    for path in (each for each in written(".css") if inside(each, "labextension/style")):
        bare = re.sub(r"/\*.*?\*/", "", text_of(path), flags=re.DOTALL)
        for selectors, declarations in re.findall(r"([^{};]+)\{([^{}]*)\}", bare):
            yield path, selectors.strip(), declarations


def test_every_colour_comes_from_the_theme():
    found = [
        f"{shown(path)}: {selectors} {hit[0]}"
        for path, selectors, declarations in style_rules()
        for value in re.findall(r":([^;]+)", declarations)
        if (hit := COLOUR.search(value))
    ]
    assert found == []


def test_every_class_in_a_style_sheet_is_one_that_the_page_has():
    source = "".join(text_of(path) for path in written(".ts", ".tsx") if "src" in path.parts)
    # What the rest is called says how something is, and is put together from words.
    named = {
        name
        for _, selectors, _ in style_rules()
        for name in re.findall(r"\.(jt-(?!mod-|ansi-)[\w-]+)", selectors)
    }
    assert sorted(name for name in named if not re.search(rf"\b{name}(?![\w-])", source)) == []
