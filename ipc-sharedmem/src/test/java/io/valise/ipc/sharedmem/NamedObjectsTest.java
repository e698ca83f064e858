package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.sharedmem.NamedObject.Kind;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The list of named objects, of this process and others. */
@ExtendWith(HangWatchdog.class)
class NamedObjectsTest {
    @AfterEach
    void endProcesses() {
        ForkedJvm.killAll();
    }

    private static Optional<NamedObject> listed(String name) {
        List<NamedObject> found = NamedObjects.list().stream()
                .filter(each -> each.name().equals(name))
                .toList();
        assertThat(found).hasSizeLessThan(2);
        return found.stream().findFirst();
    }

    private static NamedObject mutex(String name, List<Long> holders, List<Long> abandoned) {
        return new NamedObject("user", name, Kind.MUTEX, 1, false, holders, abandoned, "");
    }

    @Test
    void aMutexIsListedWithTheProcessThatHasItOrDiedWithIt() throws Exception {
        try (ForkedJvm other = ObjectProcess.start(List.of(), "mutex", "listed")) {
            assertThat(listed("listed")).contains(mutex("listed", List.of(), List.of()));
            other.ask("acquire");
            assertThat(listed("listed")).contains(mutex("listed", List.of(other.pid()), List.of()));
            other.kill();
            assertThat(listed("listed")).contains(mutex("listed", List.of(), List.of(other.pid())));
        }
        try (NamedMutex here = NamedMutex.open("listed");
                Hold hold = here.acquire()) {
            assertThat(hold.abandoned()).as("to look is not to be told").isTrue();
            assertThat(listed("listed"))
                    .contains(mutex("listed", List.of(ProcessHandle.current().pid()), List.of()));
            try (NamedMutex again = NamedMutex.open("listed")) {
                assertThat(again.tryAcquire()).as("to look frees nothing").isEmpty();
            }
        }
        assertThat(listed("listed")).isEmpty();
    }

    /** As a process that has just acquired the mutex, and is to write its mark: a look that tried the lock would wait or fail. */
    @Test
    void aLookAsksForNoLockOfAUser() throws Exception {
        try (ForkedJvm other = ObjectProcess.start(List.of(), "mutex", "looked-at")) {
            other.ask("acquire");
            other.kill();
            Path file = RegionDirectory.objects().file("u", "looked-at");
            try (LockFile open = LockFile.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE))) {
                assertThat(open.tryExclusive(ObjectLayout.slotLock(0))).isNotNull();
                assertThat(listed("looked-at")).contains(mutex("looked-at", List.of(), List.of(other.pid())));
            }
        }
        try (NamedMutex here = NamedMutex.open("looked-at")) {
            here.acquire().close(); // so that the file goes
        }
    }

    @Test
    void semaphoresAndEventsAndScopesAreTold() throws Exception {
        AppIdentity app = AppIdentity.open("acme", "editor");
        try (NamedSemaphore permits = NamedSemaphore.open(ObjectScope.publisher(app), "permits", 3);
                NamedEvent event = NamedEvent.open(ObjectScope.application(app), "done", NamedEvent.Reset.MANUAL);
                NamedMutex unnamed = NamedMutex.create();
                Hold hold = permits.acquire()) {
            assertThat(hold.abandoned()).isFalse();
            event.set();
            assertThat(listed("permits"))
                    .contains(new NamedObject(
                            "publisher " + app.publisherId(),
                            "permits",
                            Kind.SEMAPHORE,
                            3,
                            false,
                            List.of(ProcessHandle.current().pid()),
                            List.of(),
                            ""));
            assertThat(listed("done"))
                    .contains(new NamedObject(
                            "application " + app.id(), "done", Kind.MANUAL_EVENT, 1, true, List.of(), List.of(), ""));
            assertThat(listed(unnamed.name()).map(NamedObject::scope)).contains("handle");
        }
    }

    @Test
    void aFileThatIsNoObjectIsListedWithWhatIsWrongWithIt() throws IOException {
        Path file = RegionDirectory.objects().file("u", "nonsense");
        Files.write(file, new byte[10]);
        assertThat(listed("nonsense")).hasValueSatisfying(object -> {
            assertThat(object.kind()).isEqualTo(Kind.UNREADABLE);
            assertThat(object.problem()).contains("header");
        });
        Files.delete(file);
    }
}
