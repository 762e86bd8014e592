// check FILE... - holds dashboards against Grafana's own schema of them, in its SDK's generated types: no field that it
// does not know, no value that it does not allow, in the panels and queries of the kinds that we use too.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func main() {
	runtime := cog.NewRuntime()
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())

	failed := false
	for _, file := range os.Args[1:] {
		if err := check(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var strict, board dashboard.Dashboard
	// The SDK returns an empty list of errors as an error that is not nil.
	if err := strict.UnmarshalJSONStrict(text); err != nil && err.Error() != "" {
		return err
	}
	// And what it has read strictly lacks the queries.
	if err := json.Unmarshal(text, &board); err != nil {
		return err
	}
	return board.Validate()
}
