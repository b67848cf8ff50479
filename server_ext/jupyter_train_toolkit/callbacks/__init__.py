"""What a framework measures goes to `log`; the framework is imported by the job, never by us.

>>> from jupyter_train_toolkit.callbacks.hf import MetricsCallback
"""
