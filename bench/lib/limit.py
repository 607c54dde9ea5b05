# SPDX-License-Identifier: Apache-2.0
"""The fewest requests that mirror a corpus, as a plan for bench/replay.c: worked out from the
corpus alone.

Cold: at the target one look at each tag, POST and PUT for each blob that is new to the registry, a
mount for each that another repository has, one PUT for each child manifest and each tag; at the
source one GET for each tag, each child manifest and each blob. Warm: one HEAD of each tag at both.
The plan has phases, so that nothing is sent before what it needs: what is between two '=' may be
done in any order and at the same time, a unit ('-') by one connection to each side."""
from images import ACCEPT


def warm_plan(corpus) -> str:
    lines = []
    for repository, name in corpus.tags:
        path = f'/v2/{repository}/manifests/{name}'
        lines += ['-', f'head source {path} 200', f'head target {path} 200']
    return '\n'.join(lines) + '\n'


def cold_plan(corpus) -> str:
    first = {}  # blob: the repository that uploads it
    uploads, mounts, looks, children, tags = [], [], [], [], []
    seen = set()
    for tag in corpus.tags.values():
        top = f'/v2/{tag.repository}'
        looks += ['-', f'head target {top}/manifests/{tag.name} 404',
                  f'get {top}/manifests/{tag.name}']
        for child in tag.children:
            looks += [f'get {top}/manifests/{child.digest}']
            if (tag.repository, child.digest) not in seen:
                seen.add((tag.repository, child.digest))
                children += ['-', manifest(corpus, top, child.digest, child.digest)]
            for blob in child.blobs:
                if (tag.repository, blob) in seen:
                    continue
                seen.add((tag.repository, blob))
                if blob in first:
                    mounts += ['-', f'mount {top} {blob} {first[blob]}']
                else:
                    first[blob] = tag.repository
                    uploads.append((corpus.sizes[blob], f'blob {top} {blob}'))
        tags += ['-', manifest(corpus, top, tag.name, tag.digest)]
    largest_first = [line for _, upload in sorted(uploads, reverse=True) for line in ('-', upload)]
    return '\n=\n'.join('\n'.join(part) for part in (looks, largest_first, mounts, children, tags)
                        if part) + '\n'


def manifest(corpus, top: str, name: str, digest: str) -> str:
    return f'manifest {top}/manifests/{name} {corpus.types[digest]} {corpus.path(digest)}'


def replay_command(bench, plan: str, ports: tuple, threads: int) -> list:
    path = bench.folder / 'plan'
    path.write_text(plan, encoding='ascii')
    return [bench.compiled('replay'), str(threads), *map(str, ports), str(path), ACCEPT]
