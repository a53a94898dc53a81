"""A session of boto3 that knows nothing of AWS: neither its files nor its environment variables. Slow to import.

Whoever works with AWS on the same machine has profiles, regions, endpoints and switches there that are not meant for
R2; a profile that is missing, or a broken file, would even end every call of ours.
https://docs.aws.amazon.com/boto3/latest/guide/configuration.html (read 2026-11-27)
"""

import os
import ssl
from functools import cache

from botocore.configprovider import ConfigValueStore, ConstantProvider
from botocore.httpsession import URLLib3Session, create_urllib3_context
from botocore.loaders import Loader, create_loader
from botocore.session import Session


def session_of_our_own() -> Session:
    """Return a session where everything has botocore's own default."""
    defaults = {name: default for name, (_file, _environment, default, _type) in Session.SESSION_VARIABLES.items()}
    values = defaults | {
        "config_file": os.devnull,
        "credentials_file": os.devnull,
        # Certificates are the one thing that a machine may add, and httpx finds them there, too.
        "ca_bundle": os.environ.get("SSL_CERT_FILE"),
    }
    session = Session()
    mapping = {name: ConstantProvider(value) for name, value in values.items()}
    session.register_component("config_store", ConfigValueStore(mapping=mapping))
    session.register_component("data_loader", _loader())
    return session


@cache
def _loader() -> Loader:
    """Return what reads botocore's descriptions of S3, once for all clients: they are 0.15 s of parsing JSON."""
    return create_loader()


def trust_folder(http: URLLib3Session) -> None:
    """Trust SSL_CERT_DIR, too, where no SSL_CERT_FILE is named, as httpx does: botocore takes nothing but a file."""
    folder = os.environ.get("SSL_CERT_DIR")
    if not folder or os.environ.get("SSL_CERT_FILE"):
        return

    def context() -> ssl.SSLContext:
        made: ssl.SSLContext = create_urllib3_context()
        made.load_verify_locations(capath=folder)
        return made

    parts = vars(http)  # nothing public leads there
    parts["_get_ssl_context"] = context  # for a proxy, which is looked up when it is needed
    parts["_manager"].connection_pool_kw["ssl_context"] = context()
