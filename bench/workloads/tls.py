# SPDX-License-Identifier: Apache-2.0
"""big and warm over https on both sides, with a CA of our own."""
from big import Big
from certificates import Authority
from curl_limit import put_blobs
from results import at_most
from warm import Warm

PARALLEL = 8
NO_CA = 'ocync: there is no way to tell it of a CA'


class OverTls:
    """To be put before a Mirroring."""

    def prepare(self):
        authority = Authority(self.bench.folder / 'ca')
        self.ca = authority.certificate
        self.tls = authority.issue('registry')
        super().prepare()

    def contenders(self):
        return [name for name in super().contenders() if name != 'ocync']

    def notes(self):
        return super().notes() + ([NO_CA] if 'ocync' in self.bench.tools else [])


class TlsBig(OverTls, Big):

    name = 'tls'
    title = 'big over https on both sides'

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [("wall at most 1.15 x curl's GET piped to its PUT",
                         at_most(1.15, 'limit'))]

    def limit_command(self):
        """The blobs, from a curl that reads to a curl that writes, four at a time."""
        repository = next(iter(self.corpus.repositories()))
        url = f'{self.source.url}/v2/{repository}/blobs'
        return put_blobs(self, lambda digest: f'{url}/{digest}'), {'CURL_CA_BUNDLE': str(self.ca)}


class TlsWarm(OverTls, Warm):

    name = 'tls'
    title = 'warm over https on both sides'
    has_limit = False
    level = 'info'  # connections() reads more than the access log

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [(f'one handshake a worker and registry, with {PARALLEL} workers',
                         self.handshakes)]

    def parallel(self, name):
        return PARALLEL if name == 'artmirror' else None

    def after(self, name):
        return {**super().after(name), 'connections source': self.source.connections(),
                'connections target': self.target.connections()}

    @staticmethod
    def handshakes(results):
        source, target = (results.median('artmirror', f'connections {side}')
                          for side in ('source', 'target'))
        if source is None:
            return None
        return f'{source:.0f} + {target:.0f} connections', max(source, target) <= PARALLEL
