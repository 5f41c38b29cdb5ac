# One static binary: the same program serves, works and answers commands.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /postlift ./cmd/postlift

FROM debian:12-slim
RUN useradd --system --uid 10001 postlift && install -d -o postlift /data
COPY --from=build /postlift /usr/local/bin/postlift
USER postlift
ENV POSTLIFT_DATA=/data
VOLUME /data
EXPOSE 8080 8081
ENTRYPOINT ["postlift"]
CMD ["serve"]
