import { expect, test } from "bun:test";
import { HINTS } from "../ui/footer.ts";
import { bindingFor, bindingGroups } from "./bindings.ts";

test("a key means one thing, wherever one is", () => {
  const keys = bindingGroups.flatMap((group) => group.bindings.flatMap((binding) => binding.keys));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

test.each(Object.entries(HINTS))("the hints of %s work there", (view, actions) => {
  const wrong = actions.filter((action) => {
    const views: readonly string[] = bindingFor(action).views ?? [view];
    return !views.includes(view);
  });
  expect(wrong).toEqual([]);
});
