# Stands for postgres:17 where no registry can be reached: Debian's Postgres, with the three variables that we set.
FROM python:3.13-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends postgresql \
    && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ \
    && install -d -o postgres -g postgres /var/lib/postgresql/data
ENV PGDATA=/var/lib/postgresql/data
COPY postgres.sh /postgres.sh
USER postgres
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
CMD ["sh", "/postgres.sh"]
