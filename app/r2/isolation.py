"""A session of botocore that ignores the files and environment variables of AWS. Slow to import.

A machine that is also used for AWS has profiles, regions, endpoints and switches that are not meant for R2; a missing
profile or a broken file would even make every call of ours fail.
https://docs.aws.amazon.com/boto3/latest/guide/configuration.html (read 2026-11-27)
"""

import os
import ssl
from functools import cache

from botocore.configprovider import ConfigValueStore, ConstantProvider
from botocore.httpsession import URLLib3Session, create_urllib3_context
from botocore.loaders import Loader, create_loader
from botocore.session import Session


def isolated_session() -> Session:
    """Return a session where everything but the certificates has botocore's own default."""
    defaults = {name: default for name, (_file, _environment, default, _type) in Session.SESSION_VARIABLES.items()}
    values = defaults | {
        "config_file": os.devnull,
        "credentials_file": os.devnull,
        # The one thing that the environment may set; httpx, too, takes its certificates from there.
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
    """Trust SSL_CERT_DIR if SSL_CERT_FILE is not set, as httpx does: botocore itself takes only a file."""
    folder = os.environ.get("SSL_CERT_DIR")
    if not folder or os.environ.get("SSL_CERT_FILE"):
        return

    def context() -> ssl.SSLContext:
        made: ssl.SSLContext = create_urllib3_context()
        made.load_verify_locations(capath=folder)
        return made

    parts = vars(http)  # there is no public way to set these
    parts["_get_ssl_context"] = context  # for proxies, whose pools are made when needed
    parts["_manager"].connection_pool_kw["ssl_context"] = context()
