package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Handles that come from another machine, as their field {@code place} says. */
@ExtendWith(HangWatchdog.class)
@EnabledOnOs(OS.LINUX)
class RegionPlaceTest {
    private static final String PLACE = "place";

    @BeforeEach
    void home() {
        TestHome.path();
    }

    private static ValueSet elsewhere(ValueSet handle) {
        return handle.toBuilder()
                .put(PLACE, "0" + handle.getString(PLACE).substring(1) + "0")
                .build();
    }

    private static ValueSet placeless(ValueSet handle) {
        return handle.toBuilder().remove(PLACE).build();
    }

    private static void fails(IpcStatus status, String why, ThrowingCallable open) {
        assertThatThrownBy(open).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).as(e.toString()).isEqualTo(status);
            assertThat(e).hasMessageContaining(why);
        });
    }

    @Test
    void handleOfAnotherMachineSaysSo() {
        ValueSet handle;
        try (SharedRegion region = SharedRegion.create(100)) {
            handle = region.handle();
        }
        fails(IpcStatus.UNSUPPORTED, "as messages", () -> SharedRegion.open(elsewhere(handle)));
        fails(IpcStatus.ENDPOINT_NOT_FOUND, "runtime directory", () -> SharedRegion.open(handle));
        fails(IpcStatus.ENDPOINT_NOT_FOUND, "runtime directory", () -> SharedRegion.open(placeless(handle)));
        fails(
                IpcStatus.TYPE_MISMATCH,
                PLACE,
                () -> SharedRegion.open(
                        handle.toBuilder().put(PLACE, new int[1]).build()));
    }

    @Test
    void regionOfTheSameNameHereIsNotTakenForThatOfAnotherMachine() {
        ValueSet handle;
        try (SharedRegion region = SharedRegion.create("placed", 100)) {
            handle = region.handle();
        }
        try (SharedRegion other = SharedRegion.create("placed", 100)) {
            fails(IpcStatus.UNSUPPORTED, "another", () -> SharedRegion.open(elsewhere(handle)));
            fails(IpcStatus.ENDPOINT_NOT_FOUND, "closed since", () -> SharedRegion.open(handle));
            assertThat(other.size()).isEqualTo(100);
        }
    }

    /** Its file is the proof: a process that finds it is at the right place, whatever the handle says. */
    @Test
    void regionThatIsHereIsOpenedByAnyHandle() {
        try (SharedRegion region = SharedRegion.create(100)) {
            ValueSet handle = region.handle();
            SharedRegion.open(elsewhere(handle)).close();
            SharedRegion.open(placeless(handle)).close();
        }
    }

    @Test
    void handlesTellNeitherTheBootIdNorThatTheyAreOfOneMachine() {
        try (SharedRegion one = SharedRegion.create(100);
                SharedRegion other = SharedRegion.create(100)) {
            assertThat(one.handle()).isEqualTo(one.handle());
            assertThat(one.handle().getString(PLACE))
                    .isNotEqualTo(other.handle().getString(PLACE));
        }
    }

    @Test
    void processesOfOneMachineAgree() {
        try (ForkedJvm peer = ForkedJvm.start(RegionProcess.class)) {
            peer.ask("create", "agreed", 100);
            ValueSet handle = RegionProcess.handle(peer.ask("handle"));
            SharedRegion.open(handle).close();
            peer.ask("close");
            fails(IpcStatus.ENDPOINT_NOT_FOUND, "runtime directory", () -> SharedRegion.open(handle));
        }
    }
}
