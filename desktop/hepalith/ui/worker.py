"""Slow work beside the window: an operation without Qt on a thread, its result back in the window's thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from hepalith.domain.errors import HepalithError


class _Answers(QObject):
    succeeded = Signal()
    failed = Signal(str)


class _Job(QRunnable):
    def __init__(self, operation: Callable[[], None], answers: _Answers) -> None:
        super().__init__()
        self._operation = operation
        self._answers = answers

    def run(self) -> None:
        try:
            self._operation()
        except (HepalithError, OSError) as error:
            self._answers.failed.emit(str(error))
        except Exception:
            self._answers.failed.emit("")
            raise  # to whoever watches over unexpected errors
        else:
            self._answers.succeeded.emit()


class Worker(QObject):
    """Runs one operation at a time."""

    succeeded = Signal()
    failed = Signal(str)  # the reason; "" for an unexpected error, which is told of elsewhere

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._job: _Job | None = None
        self._answers = _Answers(self)
        self._answers.succeeded.connect(self.succeeded)
        self._answers.failed.connect(self.failed)

    def start(self, operation: Callable[[], None]) -> None:
        """Starts the operation; `succeeded` or `failed` follows."""
        self._job = _Job(operation, self._answers)
        self._job.setAutoDelete(False)  # kept here: Python must not drop it before it has run
        self._pool.start(self._job)

    def wait(self) -> None:
        """Waits for what runs (the window is closing)."""
        self._pool.waitForDone()
