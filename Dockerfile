# One static binary: the same program serves, works and answers commands.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /postlift ./cmd/postlift

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /postlift /postlift
ENV POSTLIFT_DATA=/data
VOLUME /data
EXPOSE 8080 8081
ENTRYPOINT ["/postlift"]
CMD ["serve"]
