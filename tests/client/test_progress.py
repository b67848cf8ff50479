import pytest

from jupyter_train.client.progress import EVERY, Progress, image_of, waits_for, warm_pool_of


def described(message, status="Downloading"):
    transitions = [{"StatusMessage": "earlier"}, {"StatusMessage": message}]
    return {"SecondaryStatus": status, "SecondaryStatusTransitions": transitions}


class Clock:
    """A clock that stands until it is set."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def progress(said, clock):
    return Progress(said.append, clock=clock)


def test_what_is_waited_for_is_said_once(progress, said):
    for message in ("Waiting for 2 cpus", "Waiting for 2 cpus", "Preparing the data"):
        progress.look(described(message))
    assert said == ["Downloading: Waiting for 2 cpus", "Downloading: Preparing the data"]


def test_moving_figures_are_said_now_and_then(progress, said, clock):
    for percent in (1, 2, 3):
        progress.look(described(f"Downloading the image: {percent} % of 1.2 GB"))
    clock.now += EVERY
    progress.look(described("Downloading the image: 45 % of 1.2 GB"))
    assert [words.split()[4] for words in said] == ["1", "45"]


def test_nothing_is_said_before_its_time(said, clock):
    progress = Progress(said.append, after=2.0, clock=clock)
    progress.look(described("Preparing the data"))
    clock.now += 2
    progress.look(described("Preparing the data"))
    assert said == ["Downloading: Preparing the data"]


@pytest.mark.parametrize(
    "detail",
    [
        {},
        described("Training is under way", "Training"),
        described(""),
        {"SecondaryStatus": "Pending"},
    ],
)
def test_a_job_that_trains_waits_for_nothing(detail):
    assert waits_for(detail) == ""


def test_a_job_that_nobody_can_look_at_says_so():
    words = waits_for({**described("Training is under way", "Training"), "Unreachable": True})
    assert words.startswith("it cannot be looked at now")


@pytest.mark.parametrize(
    ("asked", "found", "words"),
    [
        ("", {}, ""),
        ("process", {}, ""),
        ("team/net:1", {}, "team/net:1"),
        (
            "net:1",
            {"Image": "net:1", "ImageDigest": "net@sha256:" + "ab" * 32},
            "net:1 sha256:abababababab",
        ),
        ("net:1", {"Image": "sha256:" + "ab" * 32}, "net:1 sha256:abababababab"),
        ("1.dkr.ecr/net:1", {"Image": "net:1"}, "1.dkr.ecr/net:1 (here net:1)"),
    ],
)
def test_an_image_is_named_as_asked_and_as_found(asked, found, words):
    detail = {"AlgorithmSpecification": {"TrainingImage": asked}, **found}
    assert image_of(detail) == words


@pytest.mark.parametrize(
    ("pool", "words"),
    [
        (None, ""),
        ({"Status": "Available"}, "Available"),
        ({"Status": "Reused", "ReusedByJob": "next"}, "Reused, by next"),
    ],
)
def test_a_warm_pool_is_one_word_and_who_has_it(pool, words):
    assert warm_pool_of({"WarmPoolStatus": pool}) == words
