# SPDX-License-Identifier: Apache-2.0
"""What there is to run: the workloads' files, and artmirror's build folder."""
import importlib.util
import os
from pathlib import Path

from workload import Workload

ORDER = ('big', 'many', 'warm', 'update', 'latency', 'tls', 'charts', 'tags', 'config', 'start')


def load(path: Path):
    """The module of a file, under a name that is nobody else's: there are charts here and in the
    tests."""
    spec = importlib.util.spec_from_file_location(f'bench_workload_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def workloads(folder: Path) -> dict:
    """{file's name: its classes}, those of ORDER first."""
    def place(path):
        known = ORDER.index(path.stem) if path.stem in ORDER else len(ORDER)
        return known, path.stem
    found = {}
    for path in sorted(folder.glob('*.py'), key=place):
        module = load(path)
        found[path.stem] = [each for each in vars(module).values()
                            if isinstance(each, type) and issubclass(each, Workload) and
                            each.__module__ == module.__name__ and each.name]
    return found


def build_folder(top: Path, program=None, plugins=None) -> tuple:
    """(artmirror's path or None, its plugin folders)"""
    places = [Path(each) for each in (program or os.environ.get('ARTMIRROR'),) if each] or \
        [Path('artmirror'), top / 'artmirror', top / 'build' / 'quickstart' / 'artmirror']
    path = next((each.resolve() for each in places if os.access(each, os.X_OK) and
                 each.is_file()), None)
    if not path:
        return None, []
    named = [plugins] if plugins else \
        [each for each in os.environ.get('ARTMIRROR_PLUGIN_DIR', '').split(':') if each]
    beside = path.parent / 'plugins'
    if not named and beside.is_dir():
        named = [beside]
    return str(path), [os.path.abspath(each) for each in named]
