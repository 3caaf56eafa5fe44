# Stands in for the official image of nats-server where no image can be pulled; used like it.
ARG BASE_IMAGE=tracepost-base:local
FROM ${BASE_IMAGE}
COPY nats-server /nats-server
USER 65532:65532
EXPOSE 4222
ENTRYPOINT ["/nats-server"]
CMD ["--config", "/nats-server.conf"]
