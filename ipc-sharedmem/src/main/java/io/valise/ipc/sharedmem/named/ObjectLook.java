package io.valise.ipc.sharedmem.named;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.region.RegionDirectory.Named;
import io.valise.ipc.spi.runtime.LockFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the file of a named object says to one that does not use it. Immutable.
 *
 * @param file where it is, and whose
 * @param kind what it is; empty when it cannot be read
 * @param slots how many it has
 * @param set whether it is an event that is set
 * @param holders the processes that have a slot
 * @param abandoned the processes that died with a slot
 * @param problem why it cannot be read, else empty
 */
public record ObjectLook(
        Named file,
        Optional<ObjectKind> kind,
        int slots,
        boolean set,
        List<Long> holders,
        List<Long> abandoned,
        String problem) {

    /** Lists are copied. */
    public ObjectLook {
        holders = List.copyOf(holders);
        abandoned = List.copyOf(abandoned);
    }

    /** Looks; empty when the object is gone. It holds no object: the last process that does removes it meanwhile. */
    public static Optional<ObjectLook> at(Named file) {
        if (!Files.isRegularFile(file.file(), NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (LockFile open = LockFile.open(file.file(), Set.of(READ, WRITE, NOFOLLOW_LINKS))) {
            return Optional.of(look(file, open));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IpcException e) {
            return Optional.of(unreadable(file, e.reason()));
        } catch (IOException e) {
            return Optional.of(unreadable(file, e.toString()));
        }
    }

    private static ObjectLook unreadable(Named file, String problem) {
        return new ObjectLook(file, Optional.empty(), 0, false, List.of(), List.of(), problem);
    }

    private static ObjectLook look(Named file, LockFile open) throws IOException {
        RegionLayout layout = open.use(RegionLayout::read);
        long[] marks = open.use(channel -> ObjectLayout.marks(channel, layout));
        Optional<ObjectKind> kind = ObjectKind.of(layout.kind());
        if (kind.isEmpty() || marks.length == 0) {
            return unreadable(file, "its file is of no kind that is known, or was truncated");
        }
        List<Long> holders = new ArrayList<>();
        List<Long> abandoned = new ArrayList<>();
        for (int slot = 0; slot < marks.length; slot++) {
            if (marks[slot] != 0) {
                sort(slot, marks[slot], open, layout, holders, abandoned);
            }
        }
        boolean set = open.use(channel -> state(channel) != 0);
        return new ObjectLook(file, kind, marks.length, set, holders, abandoned, "");
    }

    /**
     * A mark whose process has not the object open was taken away since it was read, or its process has died. The lock of
     * the slot would tell it too, but others that try the slot would find it taken; for this one only looks ask, who share it.
     */
    private static void sort(
            int slot, long mark, LockFile open, RegionLayout layout, List<Long> holders, List<Long> abandoned)
            throws IOException {
        try (LockFile.Lock gone = open.tryShared(ObjectLayout.userLock(mark))) {
            if (gone == null) {
                holders.add(ObjectLayout.pid(mark));
                return;
            }
            long[] now = open.use(channel -> ObjectLayout.marks(channel, layout));
            if (now.length > slot && now[slot] == mark) {
                abandoned.add(ObjectLayout.pid(mark));
            }
        }
    }

    private static int state(FileChannel file) throws IOException {
        ByteBuffer state = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
        file.read(state, ObjectLayout.STATE_AT);
        return state.flip().remaining() < Integer.BYTES ? 0 : state.getInt();
    }
}
