"""Celery: three queues (default, pdf, intake), no result backend, nothing on the broker that matters."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edsh_portal.settings")
os.environ.setdefault("PORTAL_ROLE", "worker")

from django.conf import settings  # noqa: E402  (after the environment is set)

app = Celery("edsh_portal", broker=settings.BROKER_URL, set_as_current=True, include=["edsh_portal.tasks"])
app.conf.update(
    task_ignore_result=True,
    accept_content=["json"],
    task_serializer="json",
    task_default_queue="default",
    task_acks_late=False,  # the obligation row is the memory, not the message
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_max_tasks_per_child=500,
    task_time_limit=120,
    CELERY_DB_REUSE_MAX=10
    ** 9,  # of Celery's own care for Django's connections, which closes them after each task: see tasks.py
    broker_connection_retry_on_startup=True,
    broker_transport="edsh_portal.broker:Transport",
    broker_transport_options={
        "socket_timeout": 0.3 if settings.ROLE == "web" else 30,
        "socket_connect_timeout": 0.3 if settings.ROLE == "web" else 5,
        "max_retries": 0 if settings.ROLE == "web" else 3,
        "visibility_timeout": 3600,
    },
    timezone="Europe/Paris",
    beat_schedule={
        "sweep": {
            "task": "edsh_portal.sweep",
            "schedule": settings.SWEEP_SECONDS,
            "options": {"queue": "default", "expires": 10},
        },
        "alive-default": {
            "task": "edsh_portal.alive",
            "args": ["default"],
            "schedule": 5,
            "options": {"queue": "default", "expires": 15},
        },
        "alive-pdf": {
            "task": "edsh_portal.alive",
            "args": ["pdf"],
            "schedule": 5,
            "options": {"queue": "pdf", "expires": 15},
        },
        "alive-intake": {
            "task": "edsh_portal.alive",
            "args": ["intake"],
            "schedule": 5,
            "options": {"queue": "intake", "expires": 15},
        },
        "roots": {"task": "edsh_portal.sign_roots", "schedule": 60, "options": {"queue": "default", "expires": 50}},
        "clocks": {"task": "edsh_portal.clocks", "schedule": 60, "options": {"queue": "default", "expires": 50}},
    },
)
