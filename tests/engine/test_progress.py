"""How far a job has come, read from what it prints."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.engine.counts import EPOCH, LONGEST, STEP, Count, counts
from jupyter_train.engine.feed import METRICS
from jupyter_train.engine.progress import (
    ProgressReader,
    epochs_asked,
    telling_lines,
    telling_lines_of,
)


def read(*lines, epochs=None):
    """Return what is told after each line; a second passes between two."""
    reader, told = ProgressReader(epochs), []
    for second, line in enumerate(lines):
        reader.look(float(second), [line.encode()])
        found = reader.progress
        told.append(found and (found.unit, round(found.done, 3), found.total))
    return told


# Read a row as: a line of a log, and what it counts.
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("37%|███     | 37/100 [00:12<00:21,  2.9it/s]", [(STEP, 37, 100)]),
        ("Train:  37%|###7 | 1.5k/4k [00:12<?, ?it/s]", [(STEP, 1500, 4000)]),
        ("Epochs:  30%|███   | 3/10 [00:12<00:21, 4.1s/it]", [(EPOCH, 3, 10)]),
        ("30%|███   | 3/10 [00:12<00:21, 4.1s/epoch]", [(EPOCH, 3, 10)]),
        ("Epoch 3/10", [(EPOCH, 3, 10)]),
        ("2026-11-26 INFO epoch: 3 of 10 loss=0.5", [(EPOCH, 3, 10)]),
        ("Epoch [3/10], Step [120/1000], Loss: 0.5", [(EPOCH, 3, 10), (STEP, 120, 1000)]),
        ("Epoch 3/10: 37%|███ | 37/100 [00:12<00:21]", [(EPOCH, 3, 10), (STEP, 37, 100)]),
        ("step 120/1000 loss=0.5", [(STEP, 120, 1000)]),
        ("global_step=120/1000", [(STEP, 120, 1000)]),
        ("\x1b[1m37/100\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m━━\x1b[0m 12s", [(STEP, 37, 100)]),
        ("37/100 [======>.......] - ETA: 3s - loss: 0.5", [(STEP, 37, 100)]),
        ("Epoch 3/9 ━━━━╺━━━ 37/100 0:00:12 • 0:00:21", [(EPOCH, 3, 9), (STEP, 37, 100)]),
        ("loss 3/10 at 2026/11/26", []),
        ("step 7/3", []),
        ("epoch 1/1", []),
        ("epoch 1/99999999999999999999", []),
    ],
)
def test_the_usual_bars_and_words_are_counted(line, found):
    assert counts(line.encode()) == [Count(*each) for each in found]


def test_a_line_that_names_no_last_epoch_counts_if_the_job_was_asked_for_so_many():
    line = b"{'loss': 0.5, 'epoch': 0.25}"
    assert (counts(line), counts(line, 2.0)) == ([], [Count(EPOCH, 0.25, 2.0)])


@pytest.mark.parametrize("name", ["epochs", "max-epochs", "num_train_epochs"])
def test_how_many_epochs_are_asked_for_is_a_hyperparameter(name):
    assert epochs_asked({name: "12"}) == 12
    assert epochs_asked({name: "many"}) is None


def test_steps_are_part_of_the_epoch_that_was_named_before_them():
    told = read("Epoch 1/4", "50/100 ━━ 1s", "100/100 ━━ 2s", "Epoch 2/4", "50/100 ━━ 1s")
    assert [done for _, done, _ in told] == [1, 1, 1, 1, 1.5]
    assert {(unit, total) for unit, _, total in told} == {(EPOCH, 4)}


def test_of_two_bars_the_outer_one_counts_with_the_fraction_of_the_inner_one():
    outer, inner = "20%|█ | {}/10 [00:01<00:09]", "50%|█ | {}/100 [00:01<00:09]"
    told = read(
        outer.format(0), inner.format(50), inner.format(100),
        outer.format(1), inner.format(1), inner.format(50),
    )  # fmt: skip
    assert [done for _, done, _ in told] == [0, 0.5, 1, 1, 1.01, 1.5]


def test_an_evaluation_within_training_takes_nothing_from_it():
    training, evaluation = "50%|█ | {}/1000 [00:01<00:09]", "50%|█ | {}/50 [00:01<00:09]"
    told = read(training.format(500), *(evaluation.format(n) for n in (1, 50, 1, 50)))
    assert all(500 <= done <= 501 for _, done, _ in told)


def test_a_bar_that_begins_again_says_nothing_alone():
    assert read("step 90/100", "step 100/100", "step 5/100")[-1] is None


def test_what_went_before_training_gives_way_to_it():
    told = read("Map: 100%|██| 500/500 [00:01<00:00]", "  1%| | 10/1000 [00:01<00:09]")
    assert told[-1] == (STEP, 10, 1000)


def test_what_is_told_never_goes_back_within_a_bar():
    told = read("epoch 1/3", "step 9/10", "epoch 2/3", "step 1/10", "epoch 3/3", "step 1/10")
    done = [each for _, each, _ in told]
    assert done == sorted(done)


def test_epochs_that_begin_again_are_counted_from_their_start():
    told = read("epoch 1/3", "epoch 3/3", "epoch 1/3", "epoch 2/3")
    assert [done for _, done, _ in told] == [1, 3, 1, 2]


def test_the_time_of_the_first_count_and_where_it_was_are_kept():
    reader = ProgressReader()
    for time, step in ((10.0, 500), (20.0, 600)):
        reader.look(time, [f"step {step}/1000".encode()])
    found = reader.progress
    assert (found.since, found.start, found.time, found.done) == (10.0, 500, 20.0, 600)
    assert found.step == (600, 1000)


PRINTED = st.one_of(
    st.binary(max_size=3000),
    st.lists(
        st.sampled_from(
            ["epoch ", "Step [", "37", "%|", "| ", "/", "100", " [", "━ ", "\x1b[1m", ":"]
        )
    ).map(lambda parts: "".join(parts).encode()),
)


@given(st.lists(PRINTED, max_size=20))
def test_no_bytes_raise_and_of_a_line_only_its_beginning_is_read(lines):
    reader = ProgressReader()
    reader.look(1.0, lines)
    assert [counts(line) for line in lines] == [counts(line[:LONGEST]) for line in lines]
    found = reader.progress
    assert found is None or 0 <= found.done <= found.total


@given(st.lists(PRINTED.filter(lambda line: b"\n" not in line), min_size=1, max_size=60))
def test_of_any_number_of_lines_nine_are_looked_at_the_same_in_one_piece(lines):
    looked_at = telling_lines(lines)
    assert len(looked_at) <= 9
    assert looked_at[-1] == lines[-1]
    assert telling_lines_of(b"".join(line + b"\n" for line in lines)) == looked_at


STEPS = """
import time
for step in range(1, 31):
    print(f"step {step}/100", flush=True)
time.sleep(60)
"""


def test_how_far_a_job_is_is_known_while_it_runs_also_to_the_next_manager(workshop, wait):
    async def scene():
        async with workshop.manager() as manager:
            record = await manager.submit(workshop.document(STEPS), {}, "me")
            first = await at_thirty(manager, record.id)
        async with workshop.manager() as manager:
            second = await at_thirty(manager, record.id)
            await manager.stop("job-1")
            await wait.ended(manager, "job-1")
            return first.step, second.step, manager.progress

    assert asyncio.run(scene()) == ((30, 100), (30, 100), {})


async def at_thirty(manager, job_id):
    async with asyncio.timeout(30):
        with manager.feed.watch(METRICS) as watch:
            while (found := manager.progress.get(job_id)) is None or found.done < 30:
                await watch.changed()
    return found
