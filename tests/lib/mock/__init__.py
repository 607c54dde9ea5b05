# SPDX-License-Identifier: Apache-2.0
"""A scripted registry and chart repository that hold real state and misbehave on demand."""
from .faults import (Fault, broken_upload, change, cut, digest_header, flip, header, ignore_range,
                     location, longer, lost, raw_head, redirect, reset, silent, slow, slow_head,
                     status, too_many, truncated_document)
from .profiles import PROFILES, Profile, profile
from .proxy import Proxy
from .registry import MockRegistry
from .repository import ChartRepository
from .server import Entry, Request, Server, most_at_once
from .state import State
from .token import TokenServer
from .trap import Trap
from .wire import Response

__all__ = ['ChartRepository', 'Entry', 'Fault', 'MockRegistry', 'PROFILES', 'Profile', 'Proxy',
           'Request', 'Response', 'Server', 'State', 'TokenServer', 'Trap', 'broken_upload',
           'change', 'cut', 'digest_header', 'flip', 'header', 'ignore_range', 'location',
           'longer', 'lost', 'most_at_once', 'profile', 'raw_head', 'redirect', 'reset', 'silent',
           'slow', 'slow_head', 'status', 'too_many', 'truncated_document']
