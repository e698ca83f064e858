package io.valise.ipc.testkit.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import io.valise.ipc.testkit.session.Samples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The cases, each with the number of the rule that it shows. A server listens at an address of the case's own, and a client
 * is connected to it; both are asked in words.
 */
final class LanguageCases {
    private static final String EMPTY = LanguageEnd.word(ValueSet.empty());
    private static final String ONE = LanguageEnd.word(ValueSet.of("n", 1));

    private LanguageCases() {}

    /** What a case needs besides a client and a server. */
    enum Needs {
        NOTHING,
        /** The client offers services, and answers calls of the server. */
        SERVES,
        /** The client connects again after its link ended. */
        RECONNECTS,
        /** Both ends know metadata of replies. */
        EXCHANGES
    }

    /** A server and a client that is connected to it. */
    record Pair(LanguageEnd server, LanguageEnd client, String address) {
        String request(String service, String message, String... options) {
            List<String> words = new ArrayList<>(List.of("request", service, message));
            words.addAll(List.of(options));
            return String.join(" ", client.ask(words.toArray(new String[0])));
        }

        void fails(IpcStatus status, String delivery, String reason, String... words) {
            List<String> failure = client.ask(words);
            assertThat(failure.subList(0, 3)).containsExactly("failed", status.name(), delivery);
            assertThat(new String(HexFormat.of().parseHex(failure.get(3)), StandardCharsets.UTF_8))
                    .contains(reason);
        }

        /** Connects anew, with options. */
        void reconnect(String... options) {
            client.ask("close");
            List<String> words = new ArrayList<>(List.of("connect", address));
            words.addAll(List.of(options));
            assertThat(client.ask(words.toArray(new String[0]))).containsExactly("ok");
        }

        void listenAgain(String... options) {
            List<String> words = new ArrayList<>(List.of("listen", address));
            words.addAll(List.of(options));
            assertThat(server.ask("unlisten")).containsExactly("ok");
            assertThat(server.ask(words.toArray(new String[0]))).containsExactly("ok");
        }
    }

    /** What is done, and must hold. */
    @FunctionalInterface
    interface Body {
        void run(Pair pair);
    }

    /** One case. */
    record Case(String name, Needs needs, Body body) {}

    static List<Case> all() {
        return List.of(
                of("C01_aValueOfEveryTypeCrossesBothWays", LanguageCases::everyType),
                of("C02_eachOfManyCallsGetsItsOwnReply", LanguageCases::manyCalls),
                of("C05_metadataTravelsBesideTheMessage", LanguageCases::metadata),
                of("C07_anUnknownServiceIsServiceNotFound", LanguageCases::unknownService),
                of("C08_aStatusOfTheHandlerReachesTheCaller", LanguageCases::handlerStatus),
                of("C09_whatAHandlerThrowsIsHandlerFailed", LanguageCases::handlerFails),
                serving("C13_bothEndsCallAtOnce", LanguageCases::bothCall),
                new Case("B03_metadataOfAReplyComesWithIt", Needs.EXCHANGES, LanguageCases::replyMetadata),
                of("C15_everyServerAnswersPingAndInfo", LanguageCases::builtIns),
                of("D01_aTimeoutCancelsTheCallAtThePeer", LanguageCases::timeout),
                of("D04_theHandlerKnowsHowLongItsCallerWaits", LanguageCases::remaining),
                of("D07_aCallThatIsGivenUpIsCancelledAtThePeer", LanguageCases::givenUp),
                of("E01_eventsArriveInOrder", LanguageCases::eventsInOrder),
                of("E02_aServerSendsToItsClients", LanguageCases::eventBack),
                of("E04_anEventWithoutAHandlerIsDropped", LanguageCases::unhandledEvent),
                of("E05_aBroadcastReachesTheClient", LanguageCases::broadcast),
                of("M01_messagesOfEveryLengthCross", LanguageCases::lengths),
                of("M02_aRequestOverTheLimitIsNotSent", LanguageCases::requestTooLarge),
                of("M04_aReplyOverTheLimitIsRefused", LanguageCases::replyTooLarge),
                of("A01_aCallThatIsNotAllowedIsAccessDenied", LanguageCases::denied),
                of("S01_itemsArriveInOrderThenTheEnd", LanguageCases::stream),
                of("S03_cancellingEndsTheStream", LanguageCases::cancelledStream),
                of("S04_aFailureOfTheSourceArrives", LanguageCases::brokenStream),
                of("S06_anUnknownStreamIsServiceNotFound", LanguageCases::unknownStream),
                of("S08_anEmptyStreamEnds", LanguageCases::emptyStream),
                of("O01_anAbsentServerIsNotFound", LanguageCases::absentServer),
                of("O02_aSecondServerIsRefused", LanguageCases::secondServer),
                of("O05_aCloseIsToldToBothEnds", LanguageCases::closed),
                of("O06_anEndedConnectionTakesNoCalls", LanguageCases::ended),
                of("O07_pendingCallsEndWithTheConnection", LanguageCases::pendingEnds),
                of("O13_shutdownRefusesNewCallsAndAnswersWhatRuns", LanguageCases::shutdown),
                new Case("R01_theNextCallFindsARestartedServer", Needs.RECONNECTS, LanguageCases::restarted),
                new Case("R04_whatMayHaveRunIsNotRepeated", Needs.RECONNECTS, LanguageCases::notRepeated));
    }

    private static Case of(String name, Body body) {
        return new Case(name, Needs.NOTHING, body);
    }

    private static Case serving(String name, Body body) {
        return new Case(name, Needs.SERVES, body);
    }

    // ---- calls

    private static void everyType(Pair pair) {
        for (ValueType type : ValueType.values()) {
            ValueSet message = Samples.of(type);
            List<String> answer = pair.client().ask("request", "echo", LanguageEnd.word(message));
            assertThat(answer.get(0)).as("%s", message).isEqualTo("reply");
            ValueSet reply = LanguageEnd.message(answer.get(1));
            assertThat(reply).isEqualTo(message);
            assertThat(reply.toCbor()).as("%s", message).isEqualTo(message.toCbor());
        }
    }

    private static void manyCalls(Pair pair) {
        for (int i = 0; i < 300; i++) {
            pair.client().ask("begin", "call" + i, "echo", LanguageEnd.word(ValueSet.of("n", i)));
        }
        for (int i = 299; i >= 0; i--) {
            assertThat(pair.client().ask("end", "call" + i))
                    .containsExactly("reply", LanguageEnd.word(ValueSet.of("n", i)));
        }
    }

    private static void metadata(Pair pair) {
        assertThat(pair.request("metadata", EMPTY, "metadata=" + ONE)).isEqualTo("reply " + ONE);
        assertThat(pair.request("metadata", ONE)).isEqualTo("reply " + EMPTY);
    }

    private static void replyMetadata(Pair pair) {
        assertThat(pair.client().ask("exchange", "priced", ONE)).containsExactly("reply", ONE, ONE);
        assertThat(pair.client().ask("exchange", "echo", ONE)).containsExactly("reply", ONE, EMPTY);
        assertThat(pair.request("priced", ONE)).isEqualTo("reply " + ONE);
        List<String> refused =
                pair.client().ask("exchange", "priced", LanguageEnd.word(ValueSet.of("data", new byte[4_000])));
        assertThat(refused.subList(0, 3)).containsExactly("failed", "MESSAGE_TOO_LARGE", "UNKNOWN");
    }

    private static void unknownService(Pair pair) {
        pair.fails(IpcStatus.SERVICE_NOT_FOUND, "REJECTED", "price", "request", "price", EMPTY);
    }

    private static void handlerStatus(Pair pair) {
        pair.fails(IpcStatus.RESOURCE_EXHAUSTED, "UNKNOWN", "all desks are taken", "request", "refuse", EMPTY);
    }

    private static void handlerFails(Pair pair) {
        pair.fails(IpcStatus.HANDLER_FAILED, "UNKNOWN", "no market today", "request", "fail", EMPTY);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }

    private static void bothCall(Pair pair) {
        for (int i = 0; i < 50; i++) {
            pair.client().ask("begin", "call" + i, "back", LanguageEnd.word(ValueSet.of("n", i)));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(pair.client().ask("end", "call" + i))
                    .containsExactly("reply", LanguageEnd.word(ValueSet.of("n", i)));
        }
    }

    private static void builtIns(Pair pair) {
        assertThat(pair.request("valise.ping", ONE)).isEqualTo("reply " + ONE);
        ValueSet info = LanguageEnd.message(
                pair.client().ask("request", "valise.info", EMPTY).get(1));
        assertThat(info.getStrings("endpoints")).containsExactly(pair.address());
        assertThat(info.getStrings("services")).contains("echo", "hang");
        assertThat(info.getInt("connections")).isEqualTo(1);
    }

    // ---- deadlines

    private static void timeout(Pair pair) {
        int before = cancelledAt(pair);
        Set<String> deliveries = new HashSet<>();
        do { // one that is overdue before its handler begins is rejected, and its caller may have given up before
            List<String> failure = pair.client().ask("request", "hang", EMPTY, "timeout=50");
            assertThat(failure.subList(0, 2)).containsExactly("failed", IpcStatus.TIMEOUT.name());
            deliveries.add(failure.get(2));
        } while (cancelledAt(pair) == before);
        assertThat(deliveries).contains("UNKNOWN").isSubsetOf("UNKNOWN", "REJECTED"); // that of the cancelled one
    }

    private static void givenUp(Pair pair) {
        int before = cancelledAt(pair);
        pair.client().ask("begin", "call", "hang", EMPTY);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE); // the call has arrived before this one
        pair.client().ask("cancel", "call");
        assertThat(pair.client().ask("end", "call").subList(0, 3)).containsExactly("failed", "CANCELLED", "UNKNOWN");
        awaitCancelled(pair, before + 1);
    }

    private static int cancelledAt(Pair pair) {
        return LanguageEnd.message(
                        pair.client().ask("request", "cancelled", EMPTY).get(1))
                .getInt("count");
    }

    private static void awaitCancelled(Pair pair, int count) {
        while (cancelledAt(pair) < count) {
            Thread.onSpinWait();
        }
    }

    private static void remaining(Pair pair) {
        ValueSet limited = LanguageEnd.message(pair.client()
                .ask("request", "remaining", EMPTY, "timeout=60000")
                .get(1));
        assertThat(limited.getLong("millis")).isBetween(1L, 60_000L);
    }

    // ---- events

    private static void eventsInOrder(Pair pair) {
        List<String> expected = new ArrayList<>(List.of("heard"));
        for (int i = 0; i < 200; i++) {
            String message = LanguageEnd.word(ValueSet.of("n", i));
            assertThat(pair.client().ask("send", "note", message)).containsExactly("ok");
            expected.addAll(List.of("note", message));
        }
        assertThat(pair.server().ask("heard", "200")).isEqualTo(expected);
    }

    private static void eventBack(Pair pair) {
        pair.client().ask("send", "noteBack", ONE);
        assertThat(pair.client().ask("heard", "1")).containsExactly("heard", "note", ONE);
    }

    private static void unhandledEvent(Pair pair) {
        pair.client().ask("send", "nothing", ONE);
        pair.client().ask("send", "note", ONE);
        assertThat(pair.server().ask("heard", "1")).containsExactly("heard", "note", ONE);
    }

    private static void broadcast(Pair pair) {
        assertThat(pair.request("echo", EMPTY)).startsWith("reply"); // the server knows its client
        assertThat(pair.server().ask("broadcast", "note", ONE)).containsExactly("ok");
        assertThat(pair.client().ask("heard", "1")).containsExactly("heard", "note", ONE);
    }

    // ---- lengths

    private static void lengths(Pair pair) {
        for (int length : new int[] {0, 1, 1_000, 65_000, 65_536, 200_000, 1_000_000}) {
            String message = LanguageEnd.word(ValueSet.of("data", new byte[length]));
            assertThat(pair.request("echo", message)).as("%d bytes", length).isEqualTo("reply " + message);
        }
    }

    private static void requestTooLarge(Pair pair) {
        pair.listenAgain("max=10000");
        pair.reconnect();
        String tooLong = LanguageEnd.word(ValueSet.of("data", new byte[10_000]));
        pair.fails(IpcStatus.MESSAGE_TOO_LARGE, "NOT_SENT", "10000", "request", "echo", tooLong);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }

    private static void replyTooLarge(Pair pair) {
        pair.reconnect("max=10000");
        String wanted = LanguageEnd.word(ValueSet.of("bytes", 10_000));
        pair.fails(IpcStatus.MESSAGE_TOO_LARGE, "UNKNOWN", "10000", "request", "large", wanted);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }

    // ---- access

    private static void denied(Pair pair) {
        pair.listenAgain("deny=echo");
        pair.reconnect();
        pair.fails(IpcStatus.ACCESS_DENIED, "REJECTED", "access denied", "request", "echo", ONE);
        assertThat(pair.request("metadata", ONE)).isEqualTo("reply " + EMPTY);
    }

    // ---- streams

    private static String until(int count) {
        return LanguageEnd.word(ValueSet.of("until", count));
    }

    private static List<String> items(int count, String... how) {
        List<String> expected = new ArrayList<>(List.of("items"));
        for (int n = 0; n < count; n++) {
            expected.add(LanguageEnd.word(ValueSet.of("n", n)));
        }
        expected.addAll(List.of(how));
        return expected;
    }

    private static void stream(Pair pair) {
        assertThat(pair.client().ask("stream", "count", until(100))).isEqualTo(items(100, "end"));
    }

    private static void emptyStream(Pair pair) {
        assertThat(pair.client().ask("stream", "count", until(0))).isEqualTo(items(0, "end"));
    }

    private static void cancelledStream(Pair pair) {
        assertThat(pair.client().ask("stream", "count", until(1_000_000), "take=10"))
                .isEqualTo(items(10, "more"));
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }

    private static void brokenStream(Pair pair) {
        List<String> answer = pair.client().ask("stream", "broken", until(3));
        assertThat(answer.subList(0, 7)).isEqualTo(items(3, "failed", "HANDLER_FAILED", "UNKNOWN"));
    }

    private static void unknownStream(Pair pair) {
        List<String> answer = pair.client().ask("stream", "prices", EMPTY);
        assertThat(answer.subList(0, 4)).isEqualTo(items(0, "failed", "SERVICE_NOT_FOUND", "REJECTED"));
    }

    // ---- opening and closing

    private static void absentServer(Pair pair) {
        pair.client().ask("close");
        pair.server().ask("unlisten");
        pair.fails(IpcStatus.ENDPOINT_NOT_FOUND, "NOT_SENT", "", "connect", pair.address());
    }

    private static void secondServer(Pair pair) {
        assertThat(pair.server().ask("listen", pair.address()).subList(0, 3))
                .containsExactly("failed", "ADDRESS_IN_USE", "NOT_SENT");
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }

    private static void closed(Pair pair) {
        pair.server().ask("unlisten");
        assertThat(pair.client().ask("closed")).containsExactly("closed", "CONNECTION_CLOSED", "peer");
        pair.server().ask("listen", pair.address());
        pair.reconnect();
        pair.client().ask("close");
        assertThat(pair.client().ask("closed")).containsExactly("closed", "CONNECTION_CLOSED", "here");
    }

    private static void ended(Pair pair) {
        pair.client().ask("close");
        pair.fails(IpcStatus.CONNECTION_CLOSED, "NOT_SENT", "", "request", "echo", ONE);
    }

    private static void pendingEnds(Pair pair) {
        pair.client().ask("begin", "call", "hang", EMPTY);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
        pair.server().ask("unlisten");
        assertThat(pair.client().ask("end", "call").subList(0, 2)).containsExactly("failed", "CONNECTION_CLOSED");
    }

    private static void shutdown(Pair pair) {
        pair.client().ask("begin", "call", "hang", EMPTY);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
        assertThat(pair.server().ask("shutdown", "100")).containsExactly("ok", "false");
        assertThat(pair.client().ask("end", "call").subList(0, 2)).containsExactly("failed", "CONNECTION_CLOSED");
        List<String> refused = pair.client().ask("request", "echo", ONE);
        assertThat(refused.subList(0, 2)).containsExactly("failed", "CONNECTION_CLOSED");
        assertThat(refused.get(2)).isNotEqualTo("UNKNOWN");
    }

    // ---- reconnecting

    private static void restarted(Pair pair) {
        pair.reconnect("reconnect=echo");
        pair.listenAgain();
        assertThat(pair.request("metadata", EMPTY, "metadata=" + ONE)).isEqualTo("reply " + ONE);
    }

    private static void notRepeated(Pair pair) {
        pair.reconnect("reconnect=echo");
        pair.client().ask("begin", "call", "hang", EMPTY);
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
        pair.listenAgain();
        assertThat(pair.client().ask("end", "call").subList(0, 3))
                .containsExactly("failed", "CONNECTION_CLOSED", "UNKNOWN");
        assertThat(pair.request("echo", ONE)).isEqualTo("reply " + ONE);
    }
}
