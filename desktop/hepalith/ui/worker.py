"""Slow work beside the window: an operation without Qt on a thread, its result back in the window's thread."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from hepalith.domain.errors import GivenUpError, HepalithError
from hepalith.services.ports import Progress

Operation = Callable[[Progress], None]


class _Answers(QObject):
    progressed = Signal(float)
    succeeded = Signal()
    failed = Signal(str)
    given_up = Signal()


class _Job(QRunnable):
    def __init__(self, operation: Operation, answers: _Answers) -> None:
        super().__init__()
        self._operation = operation
        self._answers = answers
        self.stop = threading.Event()

    def run(self) -> None:
        try:
            self._operation(self._tell)
        except GivenUpError:
            self._answers.given_up.emit()
        except (HepalithError, OSError) as error:
            self._answers.failed.emit(str(error))
        except Exception:
            self._answers.failed.emit("")
            raise  # to whoever watches over unexpected errors
        else:
            self._answers.succeeded.emit()

    def _tell(self, share: float) -> None:
        if self.stop.is_set():
            raise GivenUpError
        self._answers.progressed.emit(share)


class Worker(QObject):
    """Runs one operation at a time. Every start is answered by one of `succeeded`, `failed` and `given_up`."""

    started = Signal()
    progressed = Signal(float)  # the share that is done, 0 to 1
    succeeded = Signal()
    failed = Signal(str)  # the reason; "" for an unexpected error, which is told of elsewhere
    given_up = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._job: _Job | None = None
        self.busy = False  # until the answer has come
        self._answers = _Answers(self)
        self._answers.progressed.connect(self.progressed)
        for answer in (self._answers.succeeded, self._answers.failed, self._answers.given_up):
            answer.connect(self._on_answered)
        self._answers.succeeded.connect(self.succeeded)
        self._answers.failed.connect(self.failed)
        self._answers.given_up.connect(self.given_up)

    def start(self, operation: Operation) -> None:
        """Starts the operation, which gets a function to tell how far it is. Only when not `busy`."""
        self.busy = True
        self._job = _Job(operation, self._answers)
        self._job.setAutoDelete(False)  # kept here: Python must not drop it before it has run
        self._pool.start(self._job)
        self.started.emit()

    def cancel(self) -> None:
        """Gives up what runs, at the next moment when it tells how far it is."""
        if self._job is not None:
            self._job.stop.set()

    def wait(self) -> None:
        """Waits for what runs (the window is closing)."""
        self._pool.waitForDone()

    def _on_answered(self) -> None:
        self.busy = False
