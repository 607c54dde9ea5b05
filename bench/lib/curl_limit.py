# SPDX-License-Identifier: Apache-2.0
"""The limit for large blobs: curl alone."""
from context import BENCH

AT_A_TIME = 4


def put_blobs(workload, source_of) -> list:
    """bench/put-blob for every blob, the largest first, from where source_of(digest) says."""
    repository = next(iter(workload.corpus.repositories()))
    url = f'{workload.target.url}/v2/{repository}'
    blobs = sorted(workload.corpus.blobs(), key=workload.corpus.sizes.get, reverse=True)
    path = workload.bench.folder / 'blobs'
    path.write_text(''.join(f'{url} {digest} {source_of(digest)}\n' for digest in blobs),
                    encoding='ascii')
    return ['xargs', '-a', path, '-P', AT_A_TIME, '-n', '3', BENCH / 'put-blob']
