# SPDX-License-Identifier: Apache-2.0
"""many, cold and warm, from a far registry to a far one."""
from far import Far
from many import Many
from results import at_most
from warm import Warm


class LatencyCold(Far, Many):

    name = 'latency'
    title = 'many, cold'

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [('wall at most 0.7 x the best peer', at_most(0.7, 'best peer'))]


class LatencyWarm(Far, Warm):

    name = 'latency'
    title = 'many again, nothing to do'

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [('wall at most 0.6 x the best peer', at_most(0.6, 'best peer'))]
