// Maps tickets by Bloblang on one processor: bloblang MAPPING DEPARTMENTS TICKETS [WARM MEASURED].
// The tickets are JSON, one a line; each is read, mapped and written, again and again. Prints how
// many it did a second of the process's CPU after the first WARM; without numbers, the envelopes.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(0, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func take(mapping *bloblang.Executor, ticket []byte) []byte {
	var document any
	must(0, json.Unmarshal(ticket, &document))
	return []byte(must(mapping.Query(document)).(string))
}

func takeMany(mapping *bloblang.Executor, tickets [][]byte, count int) {
	for n := range count {
		take(mapping, tickets[n%len(tickets)])
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	departments := must(os.ReadFile(os.Args[2]))
	text := strings.Replace(string(must(os.ReadFile(os.Args[1]))), "DEPARTMENTS", string(departments), 1)
	mapping := must(bloblang.Parse(text))
	tickets := bytes.Split(bytes.TrimSpace(must(os.ReadFile(os.Args[3]))), []byte("\n"))
	if len(os.Args) == 4 {
		out := bufio.NewWriter(os.Stdout)
		defer out.Flush()
		for _, ticket := range tickets {
			must(out.Write(take(mapping, ticket)))
		}
		return
	}
	warm, measured := must(strconv.Atoi(os.Args[4])), must(strconv.Atoi(os.Args[5]))
	takeMany(mapping, tickets, warm)
	begin := cpuSeconds()
	takeMany(mapping, tickets, measured)
	fmt.Printf("%.1f\n", float64(measured)/(cpuSeconds()-begin))
}
