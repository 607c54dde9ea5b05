# SPDX-License-Identifier: Apache-2.0
"""What tests of charts share: repositories, configs, what a registry has of a chart, and helm."""
import http.client
import json
import os
import subprocess

import charts
import harness
from images import ACCEPT
from mock import ChartRepository
from scenario import Scenario


class ChartCase(Scenario):

    def repository(self, *found, **how) -> ChartRepository:
        server = self.running(ChartRepository(**how))
        server.add(*found)
        return server

    @staticmethod
    def chart_entry(repository, name, *versions, **more) -> dict:
        """An entry of charts:; repository: a server or a repo_url."""
        url = repository if isinstance(repository, str) else repository.repo_url
        return {'name': name, 'repo_name': 'stable', 'repo_url': url,
                'versions': list(versions), **more}

    def chart_config(self, entries, targets, **more):
        return self.config(None, targets, charts=entries, **more)

    # --- what is at the target

    def manifest(self, registry, repository, tag) -> bytes:
        connection = http.client.HTTPConnection('127.0.0.1', registry.port, timeout=30)
        connection.request('GET', f'/v2/{repository}/manifests/{tag}', headers={'Accept': ACCEPT})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        self.assertEqual(answer.status, 200, f'{repository}:{tag}: {data[:300]!r}')
        return data

    def layers(self, registry, repository, tag) -> dict:
        """{media type: digest} of a chart's layers."""
        return {each['mediaType']: each['digest'] for each in
                json.loads(self.manifest(registry, repository, tag))['layers']}

    def assertChart(self, registry, found, repository=None, tag=None):
        """The chart is there as helm 3.12 pushes it."""
        name, tag = repository or f'stable/{found.name}', tag or found.version.replace('+', '_')
        self.assertEqual(self.manifest(registry, name, tag).decode(),
                         charts.as_pushed(found).data.decode())

    # --- helm

    def helm(self, program, *args, status=0, **env) -> bytes:
        """Runs helm3 or helm4 of the peers in the test's folder."""
        done = subprocess.run(
            [harness.peer(program), *map(str, args)], stdin=subprocess.DEVNULL, cwd=self.tmp,
            capture_output=True, check=False, timeout=120 * harness.PATIENCE,
            env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp), 'TZ': 'UTC', **env})
        self.assertEqual(done.returncode, status,
                         f'{program} {" ".join(map(str, args))}: {done.stderr.decode()}')
        return done.stdout
