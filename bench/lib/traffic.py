# SPDX-License-Identifier: Apache-2.0
"""Requests and bytes of a run, from the access logs of both registries."""
import re
from collections import Counter

UPLOAD = re.compile(r'/blobs/uploads/.*[?&]digest=(sha256(?::|%3A)[0-9a-f]{64})', re.IGNORECASE)
MANIFEST = re.compile(r'^/v2/(.+)/manifests/([^?]+)')


def uploaded(access, corpus) -> tuple:
    """(bytes of a blob, bytes of a manifest) that a request of the target's log has brought. The
    log has no sizes of what was received, but the digest, and the corpus knows the size."""
    if access.method != 'PUT' or access.status != 201:
        return 0, 0
    blob = UPLOAD.search(access.target)
    if blob:
        return corpus.sizes.get(blob[1].replace('%3A', ':').replace('%3a', ':'), 0), 0
    manifest = MANIFEST.match(access.target)
    if not manifest:
        return 0, 0
    digest = manifest[2]
    tag = corpus.tags.get((manifest[1], digest))
    return 0, corpus.sizes.get(tag.digest if tag else digest, 0)


def mounts(requests) -> int:
    return sum(1 for each in requests
               if each.method == 'POST' and 'mount=' in each.target and each.status == 201)


def traffic(source, target, corpus) -> dict:
    """The columns of a run: requests, megabytes, and in the JSON what they are made of."""
    read, written = source.requests(), target.requests()
    sent = [uploaded(each, corpus) for each in written]
    blobs, manifests = (sum(part) for part in (zip(*sent) if sent else ((), ())))
    return {
        'requests source': len(read), 'requests target': len(written),
        'MB read': sum(each.sent for each in read if each.method == 'GET') / 1e6,
        'MB written': (blobs + manifests) / 1e6,
        '_source methods': dict(Counter(each.method for each in read)),
        '_target methods': dict(Counter(each.method for each in written)),
        '_blob GETs': sum(1 for each in read if each.method == 'GET' and '/blobs/' in each.target),
        '_blob PUTs': sum(1 for blob, _ in sent if blob),
        '_blob bytes written': blobs,
        '_mounts': mounts(written),
        '_writes': sum(1 for each in written
                       if each.method in ('POST', 'PUT', 'PATCH', 'DELETE'))}
