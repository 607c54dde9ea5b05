# SPDX-License-Identifier: Apache-2.0
"""What a workload is given: sizes, tools, a folder of its own, registries, compiled helpers."""
import os
import shutil
import subprocess
from pathlib import Path

from harness import peer_folder
from registry import Registry

BENCH = Path(__file__).resolve().parents[1]
PEERS = ('skopeo', 'crane', 'regsync', 'oras', 'ocync', 'helm3', 'helm4', 'helm', 'yq', 'jq')


def find_program(name: str):
    """The path of a peer: what tests/build-peers built first, then PATH; None if not there."""
    built = peer_folder() / name
    return str(built) if os.access(built, os.X_OK) else shutil.which(name)


class Bench:
    """The context of one workload. artmirror: the beginning of its command line; tools: the
    installed peers, by name; program: the registry's executable; folder: the workload's own."""

    def __init__(self, options, folder, shared, program=None):
        self.size = options.size
        self.runs = options.runs
        self.tools = options.tools
        self.artmirror = options.artmirror
        self.program = program or options.registry
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.shared = shared
        self.servers = []

    @property
    def full(self) -> bool:
        return self.size == 'full'

    def start_registry(self, name: str, tls=None, **how) -> Registry:
        """A registry in folder/name; tls: (certificate, key). Its log has one line a request."""
        how = {'level': 'error', 'program': self.program, **how}
        server = Registry(self.folder / name, tls=tls, **how)
        self.servers.append(server)
        return server

    def start(self, argv) -> str:
        """A server that prints one line when it is ready; gives the line."""
        process = subprocess.Popen([str(each) for each in argv], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)
        self.servers.append(Background(process))
        return process.stdout.readline().strip()

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
        self.servers.clear()

    # --- the tools' surroundings

    def home(self, name: str) -> Path:
        """The HOME of a contender, with all that it remembers."""
        path = self.folder / 'home' / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def forget(self, name: str) -> None:
        """Removes all that a contender remembers."""
        shutil.rmtree(self.folder / 'home' / name, ignore_errors=True)

    def environment(self, name: str) -> dict:
        """A clean environment: nothing but PATH and places below the contender's HOME."""
        home = self.home(name)
        tmp = home / 'tmp'
        tmp.mkdir(exist_ok=True)
        return {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'HOME': str(home),
                'TMPDIR': str(tmp), 'XDG_RUNTIME_DIR': str(tmp), 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
                **{name: os.environ[name] for name in ('LD_LIBRARY_PATH',) if name in os.environ}}

    # --- what workloads have in common

    def cached(self, key: str, make):
        """make(folder)'s result, made once for all workloads: a corpus, for instance. The folder
        lasts as long as the whole run."""
        if key not in self.shared.made:
            folder = self.shared.folder / 'shared' / key
            folder.mkdir(parents=True)
            self.shared.made[key] = make(folder)
        return self.shared.made[key]

    def compiled(self, name: str) -> str:
        """The path of bench/NAME.c's program, compiled once."""
        def compile_it(folder):
            path = folder / name
            subprocess.run([os.environ.get('CC') or 'cc', '-std=gnu11', '-D_GNU_SOURCE', '-O2',
                            '-pthread', '-o', str(path), str(BENCH / f'{name}.c')], check=True)
            return str(path)
        return self.cached(f'compiled-{name}', compile_it)


class Shared:
    """What outlives one workload."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.made = {}


class Background:
    """A process that stop() ends."""

    def __init__(self, process):
        self.process = process

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
