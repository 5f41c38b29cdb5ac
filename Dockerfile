# One static binary: the same program serves, works and answers commands.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /postlift ./cmd/postlift

FROM debian:12-slim
RUN useradd --system --uid 10001 postlift && install -d -o postlift /data
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /postlift /usr/local/bin/postlift
USER postlift
# In a container the tracking links must be reachable from outside; the staff pages stay on its loopback
# until POSTLIFT_STAFF_ADDR and POSTLIFT_TRUST_STAFF_NETWORK say otherwise.
ENV POSTLIFT_DATA=/data POSTLIFT_PUBLIC_ADDR=0.0.0.0:8080
VOLUME /data
EXPOSE 8080 8081
ENTRYPOINT ["postlift"]
CMD ["serve"]
