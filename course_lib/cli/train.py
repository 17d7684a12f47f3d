"""One training run: load data by name, train a recipe, and save the results in a folder.

The files are written after the training, all of them or none; only the snapshots that `--every`
asks for are written on the way.
"""

import time


def run(
    recipe_name,
    data,
    out,
    steps=None,
    seed=0,
    class_names=None,
    precision="float32",
    every=None,
) -> int:
    """Train a recipe and leave pictures, numbers and the network in the folder `out`.

    Args:
        recipe_name, data, class_names, precision: as `recipes.load`, `sources.load` and
            `engine.use_precision` take them; None for the recipe's own data.
        out: a `pathlib.Path`; made if it is not there.
        steps: None for the recipe's own number.
        seed: of the weights, the order of the images and every z.
        every: if given, a GAN is also saved every so many steps, in `snapshots` inside `out`.

    Returns:
        0, the exit code.

    Raises:
        ValueError: for unusable input, before the training starts; no files are written then.
    """
    print("Loading TensorFlow …")
    from course_lib.cli import jobs, results
    from course_lib.gan import recipes
    from course_lib.training import engine

    engine.use_precision(precision)
    recipe = recipes.load(recipe_name)
    dataset = jobs.load_data(recipe, data, class_names, seed)
    job = jobs.job_of(recipe)(recipe, dataset, steps or recipe.steps, seed)
    results.check_folder(out, job.files)
    job.prepare()
    if every:
        job.take_snapshots(out / "snapshots", every)
    print(f"{recipe.name}: {job.steps:,} steps of {job.batch_size} images on {job.model.runs_on}")
    seconds = train(job)
    print(f"Trained for {seconds:.0f} s.", end=" ")
    results.write(out, job.files)
    print(f"Next: {job.next.format(out=out)}")
    return 0


def train(job) -> float:
    """Train a job, measure its results for the report, and return the seconds of training."""
    from course_lib.cli import results

    start = time.perf_counter()
    history = job.train()
    seconds = time.perf_counter() - start
    job.report = results.describe(job, history.history, seconds) | job.measure()
    return seconds
