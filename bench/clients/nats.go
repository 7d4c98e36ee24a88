// What a program with NATS's client library for Go sees of a JetStream server: one stream in files,
// one subject.
//
//	nats-load ADDRESS STREAM create
//	nats-load ADDRESS STREAM publish COUNT SIZE         500 at most without their ack
//	nats-load ADDRESS STREAM wait CLIENTS SIZE SECONDS  each waits for its ack
//	nats-load ADDRESS STREAM consume COUNT              what is there, without acks
//	nats-load ADDRESS STREAM latency RATE SIZE SECONDS  from when it was due until it was read
//	nats-load ADDRESS STREAM first SIZE                 makes the stream and sends one message
//	nats-load ADDRESS STREAM delete
//
// Prints one line of JSON.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const window = 500

// What is printed: the fields that a mode doesn't know are left out.
type result struct {
	Records   int     `json:"records"`
	Bytes     int     `json:"bytes"`
	PerSecond float64 `json:"perSecond"`
	P50Ms     float64 `json:"p50Ms,omitempty"`
	P99Ms     float64 `json:"p99Ms,omitempty"`
	P999Ms    float64 `json:"p999Ms,omitempty"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func number(at int) int { return must(strconv.Atoi(os.Args[at])) }

func connect() jetstream.JetStream {
	connection := must(nats.Connect(os.Args[1], nats.Timeout(10*time.Second)))
	refused := func(_ jetstream.JetStream, _ *nats.Msg, err error) { log.Fatal(err) }
	return must(jetstream.New(connection, jetstream.WithPublishAsyncMaxPending(window),
		jetstream.WithPublishAsyncErrHandler(refused)))
}

func (r *result) take(latencies []time.Duration) {
	slices.Sort(latencies)
	quantile := func(q float64) float64 {
		at := int(q * float64(len(latencies)-1))
		return float64(latencies[at].Microseconds()) / 1000
	}
	r.P50Ms, r.P99Ms, r.P999Ms = quantile(.5), quantile(.99), quantile(.999)
}

func main() {
	began := time.Now()
	ctx := context.Background()
	name, mode := os.Args[2], os.Args[3]
	subject := "bench." + name
	js := connect()
	var done result
	switch mode {
	case "create":
		create(ctx, js, name, subject)
	case "first":
		create(ctx, js, name, subject)
		must(js.Publish(ctx, subject, make([]byte, number(4))))
		fmt.Printf("{\"seconds\":%f}\n", time.Since(began).Seconds())
		return
	case "delete":
		if err := js.DeleteStream(ctx, name); err != nil {
			log.Fatal(err)
		}
	case "publish":
		done = publish(js, subject, number(4), number(5))
	case "wait":
		done = wait(ctx, subject, number(4), number(5), number(6))
	case "consume":
		done = consume(ctx, js, name, number(4))
	case "latency":
		done = latency(ctx, js, name, number(4), number(5), number(6))
	default:
		log.Fatalf("unknown mode %s", mode)
	}
	fmt.Println(string(must(json.Marshal(done))))
}

func create(ctx context.Context, js jetstream.JetStream, name, subject string) {
	config := jetstream.StreamConfig{Name: name, Subjects: []string{subject}}
	config.Storage = jetstream.FileStorage
	must(js.CreateOrUpdateStream(ctx, config))
}

// All that count, which took so long.
func counted(count, bytes int, took time.Duration) result {
	return result{Records: count, Bytes: bytes, PerSecond: float64(count) / took.Seconds()}
}

func publish(js jetstream.JetStream, subject string, count, size int) result {
	payload := make([]byte, size)
	start := time.Now()
	for range count {
		must(js.PublishAsync(subject, payload, jetstream.WithStallWait(time.Minute)))
	}
	<-js.PublishAsyncComplete()
	return counted(count, count*size, time.Since(start))
}

func wait(ctx context.Context, subject string, clients, size, seconds int) result {
	payload := make([]byte, size)
	streams := make([]jetstream.JetStream, clients)
	for i := range streams {
		streams[i] = connect()
	}
	latencies := make([][]time.Duration, clients)
	start := time.Now()
	end := start.Add(time.Duration(seconds) * time.Second)
	var all sync.WaitGroup
	for i, js := range streams {
		all.Go(func() {
			for sent := time.Now(); sent.Before(end); sent = time.Now() {
				must(js.Publish(ctx, subject, payload))
				latencies[i] = append(latencies[i], time.Since(sent))
			}
		})
	}
	all.Wait()
	together := slices.Concat(latencies...)
	count := len(together)
	done := counted(count, count*size, time.Since(start))
	done.take(together)
	return done
}

func consume(ctx context.Context, js jetstream.JetStream, stream string, count int) result {
	config := jetstream.ConsumerConfig{AckPolicy: jetstream.AckNonePolicy}
	consumer := must(js.CreateConsumer(ctx, stream, config))
	start := time.Now()
	done, seen, bytes := make(chan struct{}), 0, 0
	reading := must(consumer.Consume(func(message jetstream.Msg) {
		bytes += len(message.Data())
		if seen++; seen == count {
			close(done)
		}
	}, jetstream.PullMaxMessages(window)))
	<-done
	took := time.Since(start)
	reading.Stop()
	return counted(count, bytes, took)
}

func latency(
	ctx context.Context, js jetstream.JetStream, stream string, rate, size, seconds int,
) result {
	warmUp := rate * seconds / 4
	total := rate*seconds + warmUp
	began := time.Now()
	consumer := must(connect().CreateConsumer(ctx, stream, jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverNewPolicy}))
	latencies := make([]time.Duration, 0, total)
	done, seen := make(chan struct{}), 0
	reading := must(consumer.Consume(func(message jetstream.Msg) {
		due := time.Duration(binary.BigEndian.Uint64(message.Data()))
		if seen++; seen > warmUp {
			latencies = append(latencies, time.Since(began)-due)
		}
		if seen == total {
			close(done)
		}
	}, jetstream.PullMaxMessages(window)))
	start := time.Since(began)
	for i := range total {
		due := start + time.Duration(i)*time.Second/time.Duration(rate)
		time.Sleep(due - time.Since(began))
		message := make([]byte, size)
		binary.BigEndian.PutUint64(message, uint64(due))
		must(js.PublishAsync("bench."+stream, message, jetstream.WithStallWait(time.Minute)))
	}
	<-done
	reading.Stop()
	took := counted(len(latencies), len(latencies)*size, time.Duration(seconds)*time.Second)
	took.take(latencies)
	return took
}
