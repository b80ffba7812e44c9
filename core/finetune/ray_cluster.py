"""A Ray cluster, as much of it as a fine-tune needs: hand over a folder, follow what it says, end it. Only this file knows `ray`."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from core.errors import FinetuneError

log = logging.getLogger(__name__)

INSTALL = "Let this computer learn, or have the extra installed: sa2va-annotator[ray]."


class Cluster(Protocol):
    """Where a job can be handed over."""

    def submit(self, folder: Path, command: str, card: bool) -> str:
        """Send a folder and run a command in it, with a graphics card if asked; returns the job's name there."""
        ...

    def follow(self, name: str) -> Iterator[str]:
        """The log of a job from its beginning, in pieces as they come, to the job's end."""
        ...

    def stop(self, name: str) -> None:
        """Ask for the end of a job; returns at once."""
        ...

    def ending(self, name: str) -> str:
        """ "" while the job waits or runs; then how it ended, in Ray's word; "LOST" where nothing is known of it."""
        ...


class RayCluster:
    """The cluster behind a dashboard's address, through Ray Jobs."""

    def __init__(self, address: str) -> None:
        """Connect. Raises FinetuneError if `ray` is not installed, or nobody answers there."""
        if importlib.util.find_spec("ray") is None:
            raise FinetuneError(
                "Handing a fine-tune to a Ray cluster needs an addition that is not installed, so nothing left this computer.",
                INSTALL,
            )
        from ray.job_submission import JobSubmissionClient

        logging.getLogger("ray").setLevel(logging.ERROR)  # it would say which folder it sends
        self._address = address
        try:
            self._client: Any = JobSubmissionClient(address)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            log.info("no cluster answers", exc_info=error)
            raise unreachable(address) from error

    def submit(self, folder: Path, command: str, card: bool) -> str:
        """As `Cluster.submit`. Raises FinetuneError if the cluster does not take it."""
        try:
            return str(
                self._client.submit_job(
                    entrypoint=command,
                    runtime_env={"working_dir": str(folder)},
                    entrypoint_num_gpus=1 if card else None,
                )
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            log.info("the cluster did not take the job", exc_info=error)
            raise unreachable(self._address) from error

    def follow(self, name: str) -> Iterator[str]:
        """As `Cluster.follow`. Raises ConnectionError when the line breaks."""
        pieces = self._client.tail_job_logs(name)
        loop = asyncio.new_event_loop()
        try:
            while True:
                yield loop.run_until_complete(anext(pieces))
        except StopAsyncIteration:
            return
        except (RuntimeError, OSError) as error:
            raise ConnectionError from error
        finally:
            loop.run_until_complete(pieces.aclose())
            loop.close()

    def stop(self, name: str) -> None:
        """As `Cluster.stop`; of a cluster that does not answer nothing more can be asked."""
        with suppress(RuntimeError, OSError):
            self._client.stop_job(name)

    def ending(self, name: str) -> str:
        """As `Cluster.ending`. Raises ConnectionError if the cluster does not answer."""
        try:
            status = self._client.get_job_status(name)
        except OSError as error:
            raise ConnectionError from error
        except RuntimeError:
            return "LOST"
        return str(status.value) if status.is_terminal() else ""


def unreachable(address: str) -> FinetuneError:
    """What is said of a cluster that does not answer or does not take a job."""
    return FinetuneError(
        "The Ray cluster at {address} does not answer or does not take the job, so nothing was learned; your labels are safe.",
        "Check the address in the settings and whether the cluster runs, or let this computer learn.",
        address=address,
    )
