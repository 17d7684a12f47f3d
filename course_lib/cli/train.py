"""One training run of the command line: data opened by name, a recipe trained, results in a folder.

The files are written after the training, all of them or none.
"""

import time


def run(recipe_name, data, out, steps=None, seed=0, class_names=None, precision="float32") -> int:
    """Train a recipe and leave pictures, numbers and the network in the folder `out`.

    Args:
        recipe_name, data, class_names, precision: as `recipes.load`, `sources.load` and
            `engine.use_precision` take them; None for the recipe's own data.
        out: a `pathlib.Path`; made if it is not there.
        steps: None for the recipe's own number.
        seed: of the weights, the order of the images and every z.

    Returns:
        0, the exit code.

    Raises:
        ValueError: for anything that cannot be used, before the training; nothing is left behind.
    """
    print("Loading TensorFlow …")
    from course_lib.cli import jobs, results
    from course_lib.gan import recipes
    from course_lib.training import engine

    engine.use_precision(precision)
    recipe = recipes.load(recipe_name)
    job = jobs.job_of(recipe)(
        recipe, jobs.load_data(recipe, data, class_names, seed), steps or recipe.steps, seed
    )
    results.check_folder(out, job.FILES)
    job.prepare()
    model = job.model
    print(f"{recipe.name}: {job.steps:,} steps of {job.batch_size} images on {model.runs_on}")
    with results.collected(out) as (folder, report):
        start = time.perf_counter()
        history = job.train()
        seconds = time.perf_counter() - start
        history.save(folder / "history.csv")
        job.write(folder)
        report |= results.describe(job, history.history, seconds)
        report |= job.measure()
    print(f"Trained for {seconds:.0f} s. The results are in {out}/:")
    results.list_files(job.FILES)
    print(f"Next: {job.NEXT.format(out=out)}")
    return 0
