"""The list of broken runs: each file `sick_*.py` adds its cases to a dict of its own."""


def planter(cases):
    """Return the decorator `plant(illness, how)`, which adds a broken run to the dict `cases`.

    It decorates a function of (recipe, seed) that makes the run and returns it as a `runs.Run`.
    `cases` then holds, under the name "illness: how", the pair (illness, function).
    """

    def plant(illness, how):
        def register(function):
            cases[f"{illness}: {how}"] = (illness, function)
            return function

        return register

    return plant
