import doctest
import importlib
import pkgutil

import bidsweep

# The command line of this process, and the engine, whose stubs are tested.
WITHOUT_EXAMPLES = {"__main__", "_bidsweep"}


def test_examples_of_the_docs_are_true():
    names = {module.name for module in pkgutil.iter_modules(bidsweep.__path__)} - WITHOUT_EXAMPLES
    modules = [bidsweep, *(importlib.import_module(f"bidsweep.{name}") for name in sorted(names))]
    results = [doctest.testmod(module, optionflags=doctest.ELLIPSIS) for module in modules]
    assert sum(result.attempted for result in results) >= 8
    assert sum(result.failed for result in results) == 0
