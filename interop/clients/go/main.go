// Walks through what franz-go's client does: a line for each step, "STEP: WHAT IT CAME TO".
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	count    = 100
	patience = 30 * time.Second
)

var address = os.Args[1]

func main() {
	ctx, stop := context.WithTimeout(context.Background(), 100*time.Second)
	defer stop()
	client := connect()
	defer client.Close()
	admin := kadm.NewClient(client)
	codecs(ctx, admin)
	topics(ctx, admin)
	groups(ctx, admin, "classic")
	groups(ctx, admin, "consumer", kgo.ServerSideBalancer()) // KIP-848
}

func connect(options ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(address))...)
	check(err)
	return client
}

func check(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func tell(step string, values ...any) {
	fmt.Printf("%s: %s", step, fmt.Sprintln(values...))
}

// Idempotent, as it is unless somebody says otherwise.
func produce(ctx context.Context, topic string, options ...kgo.Opt) {
	producer := connect(append(options, kgo.DefaultProduceTopic(topic))...)
	defer producer.Close()
	records := make([]*kgo.Record, count)
	for i := range records {
		key, value := fmt.Sprintf("k%d", i), fmt.Sprintf("v%d", i)
		records[i] = &kgo.Record{Key: []byte(key), Value: []byte(value)}
	}
	check(producer.ProduceSync(ctx, records...).FirstErr())
}

// Polls until so many records have come; returns their values.
func consume(ctx context.Context, most int, consumers ...*kgo.Client) []string {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	came := make(chan string)
	for _, consumer := range consumers {
		go func() {
			for ctx.Err() == nil {
				consumer.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
					select {
					case came <- string(record.Value):
					case <-ctx.Done():
					}
				})
			}
		}()
	}
	values := []string{}
	for len(values) < most {
		select {
		case value := <-came:
			values = append(values, value)
		case <-ctx.Done():
			return values
		}
	}
	return values
}

func distinct(values []string) int {
	seen := map[string]bool{}
	for _, value := range values {
		seen[value] = true
	}
	return len(seen)
}

func codecs(ctx context.Context, admin *kadm.Client) {
	for name, codec := range map[string]kgo.CompressionCodec{
		"none":   kgo.NoCompression(),
		"gzip":   kgo.GzipCompression(),
		"snappy": kgo.SnappyCompression(),
		"lz4":    kgo.Lz4Compression(),
		"zstd":   kgo.ZstdCompression(),
	} {
		topic := "codec-" + name
		_, err := admin.CreateTopic(ctx, 1, -1, nil, topic)
		check(err)
		produce(ctx, topic, kgo.ProducerBatchCompression(codec))
		consumer := connect(kgo.ConsumeTopics(topic))
		values := consume(ctx, count, consumer)
		consumer.Close()
		tell("codec "+name, len(values), distinct(values))
	}
}

func topics(ctx context.Context, admin *kadm.Client) {
	value := "3600000"
	settings := map[string]*string{"retention.ms": &value}
	made, err := admin.CreateTopic(ctx, 2, -1, settings, "walked")
	check(err)
	tell("created", made.NumPartitions)
	check(second(admin.CreatePartitions(ctx, 1, "walked")))
	listed, err := admin.ListTopics(ctx, "walked")
	check(err)
	tell("partitions", len(listed["walked"].Partitions))
	change := kadm.AlterConfig{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("1000")}
	check(second(admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{change}, "walked")))
	described, err := admin.DescribeTopicConfigs(ctx, "walked")
	check(err)
	for _, config := range described[0].Configs {
		if config.Key == "retention.ms" {
			tell("retention.ms", config.MaybeValue())
		}
	}
	produce(ctx, "walked", kgo.RecordPartitioner(kgo.ManualPartitioner()))
	ends, err := admin.ListEndOffsets(ctx, "walked")
	check(err)
	end, _ := ends.Lookup("walked", 0)
	tell("end", end.Offset)
	until := kadm.Offsets{}
	until.AddOffset("walked", 0, 40, -1)
	check(second(admin.DeleteRecords(ctx, until)))
	starts, err := admin.ListStartOffsets(ctx, "walked")
	check(err)
	start, _ := starts.Lookup("walked", 0)
	tell("start", start.Offset)
	deleted, err := admin.DeleteTopics(ctx, "walked")
	check(err)
	tell("deleted", deleted.Error() == nil)
}

func second[T any](_ T, err error) error {
	return err
}

// Two members share a topic, commit, and leave.
func groups(ctx context.Context, admin *kadm.Client, kind string, options ...kgo.Opt) {
	topic, group := "of-"+kind, kind+"-group"
	check(second(admin.CreateTopic(ctx, 4, -1, nil, topic)))
	produce(ctx, topic)
	member := func() *kgo.Client {
		return connect(append(options,
			kgo.ConsumerGroup(group),
			kgo.ConsumeTopics(topic),
			kgo.DisableAutoCommit(),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		)...)
	}
	one, two := member(), member()
	values := consume(ctx, count, one, two)
	tell(kind+" read", distinct(values))
	for _, each := range []*kgo.Client{one, two} {
		check(each.CommitUncommittedOffsets(ctx))
	}
	members := 0
	if described, err := admin.DescribeConsumerGroups(ctx, group); err == nil {
		members = len(described[group].Members)
	}
	tell(kind+" members of KIP-848", members)
	one.Close()
	two.Close()
	committed, err := admin.FetchOffsets(ctx, group)
	check(err)
	total, partitions := int64(0), []string{}
	committed.Each(func(offset kadm.OffsetResponse) {
		total += offset.At
		partitions = append(partitions, fmt.Sprint(offset.Partition))
	})
	sort.Strings(partitions)
	tell(kind+" committed", total, "of", strings.Join(partitions, ","))
	deleted, err := admin.DeleteGroups(ctx, group)
	check(err)
	tell(kind+" deleted", deleted.Error() == nil)
}
