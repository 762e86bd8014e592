// argo-health SCRIPT <OBJECT - runs a health script in Argo CD's Lua engine on an object in JSON, and prints what it
// returns: status, tab, message.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
)

func main() {
	script, err := os.ReadFile(os.Args[1])
	check(err)
	var object any
	check(json.NewDecoder(os.Stdin).Decode(&object))
	// As Argo CD does: no library that reaches outside of the script.
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		check(state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name)))
	}
	state.SetGlobal("obj", valueOf(state, object))
	check(state.DoString(string(script)))
	health, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		check(fmt.Errorf("the script returned no table"))
	}
	fmt.Printf("%s\t%s", health.RawGetString("status"), health.RawGetString("message"))
}

func valueOf(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, each := range value {
			table.Append(valueOf(state, each))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, each := range value {
			table.RawSetString(key, valueOf(state, each))
		}
		return table
	}
	return lua.LNil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
