// kstatus <OBJECT - prints what the library that Flux waits with says of an object in JSON: status, tab, message.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	var object unstructured.Unstructured
	check(json.NewDecoder(os.Stdin).Decode(&object))
	result, err := status.Compute(&object)
	check(err)
	fmt.Printf("%s\t%s", result.Status, result.Message)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
