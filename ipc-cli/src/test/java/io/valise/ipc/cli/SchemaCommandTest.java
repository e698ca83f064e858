package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WireName;
import io.valise.ipc.cli.schema.JsonSchema;
import io.valise.ipc.cli.schema.SchemaText;
import io.valise.ipc.cli.schema.TypeScript;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.objects.RemoteInterface;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.spi.schema.Schema;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ipc schema} against a server in this process: some handlers have their types, for others they are declared. */
@ExtendWith(HangWatchdog.class)
class SchemaCommandTest {
    record Ask(String symbol, Optional<LocalDate> day) {}

    @SuppressWarnings("ArrayRecordComponent") // only its type is used
    record Quote(BigDecimal bid, List<Level> levels, State state, byte[] logo, Map<String, Instant> seen) {}

    record Level(double price, @WireName("the qty") long quantity) {}

    enum State {
        OPEN,
        CLOSED
    }

    sealed interface Events permits Added, Cleared {}

    record Added(Level level) implements Events {}

    record Cleared() implements Events {}

    @RemoteInterface("acme.Rooms")
    interface Rooms {
        void close();

        Flow.Publisher<Level> names(String first, int most);
    }

    enum Nothing {}

    record Promise(Nothing enough, Optional<List<Optional<String>>> names) {}

    record Lists<T>(List<List<List<List<List<List<List<List<List<List<List<List<List<T>>>>>>>>>>>>> thirteen) {}

    record TwiceAsMany(
            Lists<List<List<List<List<List<List<List<List<List<List<List<List<List<Level>>>>>>>>>>>>>> lists) {}

    private static final class NoRooms implements Rooms {
        @Override
        public void close() {
            throw new IllegalStateException("only its interface is used");
        }

        @Override
        public Flow.Publisher<Level> names(String first, int most) {
            throw new IllegalStateException("only its interface is used");
        }
    }

    private IpcServer server;

    @BeforeEach
    void serve() {
        server = IpcServer.builder("pipe:quotes")
                .service("price", Ask.class, Quote.class, ask -> null)
                .service("echo", request -> request.message())
                .stream("levels", request -> null)
                .describe("levels", Ask.class, Level.class)
                .onEvent("changed", event -> {})
                .describeEvent("changed", Events.class)
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsOffersAndTypesToPeople() throws Exception {
        CommandRun run = CommandRun.of("schema", "pipe:quotes");
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        "KIND     NAME     REQUEST  ANSWER",
                        "service  echo     -        -",
                        "service  price    Ask      Quote",
                        "stream   levels   Ask      Level",
                        "event    changed  Events   -",
                        "",
                        "record Ask",
                        "  symbol  STRING",
                        "  day     STRING (LocalDate), optional",
                        "",
                        "sealed Events, by $record one of",
                        "  Added",
                        "    level  Level",
                        "  Cleared",
                        "",
                        "record Level",
                        "  price    DOUBLE",
                        "  the qty  INT64",
                        "",
                        "record Quote",
                        "  bid     BIG_DECIMAL",
                        "  levels  LIST of Level",
                        "  state   State",
                        "  logo    UINT8_ARRAY",
                        "  seen    MAP of DATE_TIME",
                        "",
                        "enum State: OPEN, CLOSED");
        assertThat(Files.readString(Path.of("../docs/typed-messages.md"))).contains(run.out());
    }

    @Test
    void writesJsonSchema() {
        CommandRun run = CommandRun.of("schema", "pipe:quotes", "--json-schema");
        assertThat(run.status()).isZero();
        JsonNode schema = run.json();
        assertThat(schema.at("/$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.at("/x-offers").toString())
                .contains("{\"name\":\"price\",\"kind\":\"SERVICE\",\"request\":{\"$ref\":\"#/$defs/Ask\"},"
                        + "\"answer\":{\"$ref\":\"#/$defs/Quote\"}}");
        JsonNode types = schema.at("/$defs");
        assertThat(types.at("/Ask").toString())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"symbol\":{\"type\":[\"string\",\"null\"]},\"day\":"
                        + "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}},\"required\":[\"symbol\"]}");
        assertThat(types.at("/Level/properties/the qty").toString())
                .isEqualTo("{\"type\":[\"integer\",\"null\"],\"minimum\":-9223372036854775808,"
                        + "\"maximum\":9223372036854775807}");
        assertThat(types.at("/Quote/properties/levels").toString())
                .isEqualTo("{\"type\":[\"array\",\"null\"],\"items\":"
                        + "{\"anyOf\":[{\"$ref\":\"#/$defs/Level\"},{\"type\":\"null\"}]}}");
        assertThat(types.at("/Quote/properties/seen").toString())
                .isEqualTo("{\"type\":[\"object\",\"null\"],\"additionalProperties\":"
                        + "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}");
        assertThat(types.at("/State").toString()).isEqualTo("{\"enum\":[\"OPEN\",\"CLOSED\"]}");
        assertThat(types.at("/Events/oneOf/1").toString())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"$record\":{\"const\":\"Cleared\"}},"
                        + "\"required\":[\"$record\"]}");
    }

    @Test
    void writesTypesForTheNodeClient() {
        CommandRun run = CommandRun.of("schema", "pipe:quotes", "--typescript");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        "// The types of pipe:quotes, by `ipc schema --typescript`.",
                        "import type * as valise from '@valise/ipc';",
                        "",
                        "export type Ask = { symbol: string; day?: string | null; };",
                        "",
                        "export type _Events = { $record: \"Added\"; level: Level; } | { $record: \"Cleared\"; };",
                        "",
                        "export type Level = { price: number; \"the qty\": bigint; };",
                        "",
                        "export type Quote = { bid: valise.BigDecimal; levels: readonly Level[]; state: State;"
                                + " logo: Uint8Array; seen: { [key: string]: valise.Instant }; };",
                        "",
                        "export type State = \"OPEN\" | \"CLOSED\";",
                        "",
                        "export type Services = {",
                        "  echo: { request: valise.Message; reply: valise.Received };",
                        "  price: { request: Ask; reply: Quote };",
                        "};",
                        "",
                        "export type Streams = {",
                        "  levels: { request: Ask; item: Level };",
                        "};",
                        "",
                        "export type Objects = {",
                        "};",
                        "",
                        "export type Events = {",
                        "  changed: _Events;",
                        "};");
    }

    @Test
    void showsTheInterfacesOfRemoteObjects() {
        try (IpcServer rooms = RemoteObjects.export(Rooms.class, new NoRooms())
                .addTo(IpcServer.builder("pipe:rooms"))
                .start()) {
            assertThat(rooms.endpoints()).hasSize(1);
            assertThat(CommandRun.of("schema", "pipe:rooms").out().lines())
                    .contains(
                            "object  object:acme.Rooms  -        Rooms",
                            "interface Rooms",
                            "  close()",
                            "  names(STRING; INT32) -> PUBLISHER of Level");
            assertThat(CommandRun.of("schema", "pipe:rooms", "--typescript")
                            .out()
                            .lines())
                    .contains(
                            "export type Rooms = { close(): Promise<void>;"
                                    + " names(arg0: string, arg1: number): Promise<AsyncIterable<Level>>; };",
                            "export type Objects = {",
                            "  \"object:acme.Rooms\": Rooms;");
            assertThat(CommandRun.of("schema", "pipe:rooms", "--json-schema")
                            .json()
                            .at("/$defs/Rooms/type")
                            .asText())
                    .isEqualTo("object");
        }
    }

    @Test
    void typesOfTheNamesOfGlobalsAndWithoutValuesCanBeCompiled() {
        try (IpcServer names = IpcServer.builder("pipe:names")
                .onEvent("promised", Promise.class, event -> {})
                .start()) {
            assertThat(names.endpoints()).hasSize(1);
            assertThat(CommandRun.of("schema", "pipe:names").out().lines())
                    .contains("  names   LIST of (STRING, optional), optional");
            assertThat(CommandRun.of("schema", "pipe:names", "--typescript")
                            .out()
                            .lines())
                    .contains("export type Nothing = never;", "  promised: _Promise;");
        }
    }

    @Test
    void aSchemaThatIsTooDeepForJsonSchemaIsPrintedOtherwise() {
        try (IpcServer deep = IpcServer.builder("pipe:deep")
                .onEvent("deep", TwiceAsMany.class, event -> {})
                .start()) {
            assertThat(deep.endpoints()).hasSize(1);
            CommandRun run = CommandRun.of("schema", "pipe:deep", "--json-schema");
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .contains("pipe:deep: its schema cannot be JSON Schema: ", "limit=32 levels")
                    .contains("print it without --json-schema");
            assertThat(CommandRun.of("schema", "pipe:deep").status()).isZero();
        }
    }

    @Test
    void saysWhatToDoWhereThereIsNoServer() {
        CommandRun both = CommandRun.of("schema", "pipe:quotes", "--typescript", "--json-schema");
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("--json-schema, --typescript: give one of them");
        CommandRun none = CommandRun.of("schema", "pipe:unused");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).contains("ENDPOINT_NOT_FOUND");
    }

    @Test
    void typesAndNamesThatAreNotKnownAreWrittenSafely() {
        Schema schema = ValueSet.of(
                        "offers",
                        List.of(
                                offer("a", "_ARRAY".repeat(100_000)),
                                offer("b", "UINT9_ARRAY"),
                                offer("c", "LATER"),
                                ValueSet.of("name", "d", "kind", "EVENT", "request", named("ö/~ %"))),
                        "types",
                        List.of(ValueSet.of(
                                "name", "I", "kind", "INTERFACE", "methods", List.of(ValueSet.of("name", "new")))))
                .to(Schema.class);
        assertThat(TypeScript.of(schema, "pipe:x"))
                .contains(
                        "  a: readonly valise.Value[];",
                        "  b: readonly valise.Value[];",
                        "  c: valise.Value;",
                        "export type I = { \"new\"(): Promise<void>; };");
        assertThat(ValueSetJson.write(JsonSchema.of(schema, "pipe:x")))
                .contains("\"request\":{\"type\":\"array\",\"items\":{}}")
                .contains("{\"name\":\"c\",\"kind\":\"EVENT\",\"request\":{}}")
                .contains("{\"$ref\":\"#/$defs/%C3%B6%7E1%7E0%20%25\"}");
    }

    private static ValueSet named(String name) {
        return ValueSet.of("type", "NAMED", "name", name);
    }

    private static ValueSet offer(String name, String type) {
        return ValueSet.of("name", name, "kind", "EVENT", "request", ValueSet.of("type", type));
    }

    @Test
    void namesThatAreSpelledAlikeAreDifferentTypes() {
        Schema schema = ValueSet.of(
                        "offers",
                        List.of(
                                ValueSet.of("name", "a", "kind", "EVENT", "request", named("a b")),
                                ValueSet.of("name", "b", "kind", "EVENT", "request", named("a_b"))),
                        "types",
                        List.of(type("a b"), type("a-b"), type("a_b"), type("a_b2")))
                .to(Schema.class);
        assertThat(TypeScript.of(schema, "pipe:x"))
                .contains(
                        "export type a_b3 = { };",
                        "export type a_b4 = { };",
                        "export type a_b = { };",
                        "export type a_b2 = { };",
                        "  a: a_b3;",
                        "  b: a_b;");
    }

    private static ValueSet type(String name) {
        return ValueSet.of("name", name, "kind", "RECORD");
    }

    /** A server in another language may name what Java cannot, and a terminal and a program are not to be misled by it. */
    @Test
    void namesOfAnyCharactersAreWrittenSafely() {
        Schema schema = ValueSet.of(
                        "offers",
                        List.of(ValueSet.of(
                                "name",
                                "a\"\n\u001b[2J",
                                "kind",
                                "EVENT",
                                "request",
                                ValueSet.of("type", "NAMED", "name", "1*/ evil"))),
                        "types",
                        List.of(ValueSet.of("name", "1*/ evil", "kind", "RECORD")))
                .to(Schema.class);
        assertThat(TypeScript.of(schema, "pipe:x"))
                .contains("export type _1___evil = { };", "  \"a\\\"\\n\\u001B[2J\": _1___evil;");
        StringWriter text = new StringWriter();
        SchemaText.print(schema, new PrintWriter(text));
        assertThat(text.toString()).doesNotContain("\u001b").contains("record 1*/ evil");
    }
}
