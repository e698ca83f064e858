package io.valise.ipc.pipes.windows.model;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_ACCESS_DENIED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_FILE_NOT_FOUND;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_BUSY;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SEM_TIMEOUT;

import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.model.ModelInstance.Direction;
import io.valise.ipc.pipes.windows.model.ModelInstance.End;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process with its handles. */
public final class ModelProcess implements Win32 {
    private static final int INVALID_HANDLE = 6;
    private static final int INVALID_PARAMETER = 87;
    private static final ThreadLocal<Boolean> INTERRUPTED = ThreadLocal.withInitial(() -> false);

    private final Machine machine;
    private final long pid;
    private final String user;
    private final Map<Long, Object> handles = new HashMap<>();
    private boolean packaged;
    private boolean hostile;
    private boolean privileged;
    private boolean dead;

    ModelProcess(Machine machine, long pid, String user) {
        this.machine = machine;
        this.pid = pid;
        this.user = user;
    }

    /** As if it had package identity. */
    public ModelProcess packaged() {
        packaged = true;
        return this;
    }

    /** As if it were a program without this library: it makes any pipes. */
    public ModelProcess hostile() {
        hostile = true;
        return this;
    }

    /** As an administrator's, who may open what the access list keeps from others. */
    public ModelProcess privileged() {
        privileged = true;
        return this;
    }

    /** How many handles it has. */
    public int handles() {
        synchronized (machine) {
            return handles.size();
        }
    }

    /** The system closes all its handles, in whatever state. */
    public void kill() {
        synchronized (machine) {
            dead = true;
            machine.processes.remove(pid);
            handles.values().forEach(object -> {
                if (object instanceof End end) {
                    end.closed = true;
                }
            });
            handles.values().forEach(object -> {
                if (object instanceof End end) {
                    closed(end);
                } else {
                    ((ModelEvent) object).signalled = true; // no test can see that any more, but the threads must end
                }
            });
            handles.clear();
            machine.notifyAll();
        }
    }

    private long add(Object object) {
        long handle = machine.newHandle();
        handles.put(handle, object);
        return handle;
    }

    private void fault(String function) throws Win32Exception {
        int code = machine.faults().planned(function);
        fail(function, dead ? INVALID_HANDLE : code);
    }

    private static void fail(String function, int code) throws Win32Exception {
        if (code != 0) {
            throw new Win32Exception(function, code);
        }
    }

    @Override
    public long createNamedPipe(String path, int openMode, int pipeMode, int instances, int bufferBytes, String sddl)
            throws Win32Exception {
        synchronized (machine) {
            fault("CreateNamedPipeW");
            checkFlags(path, openMode, pipeMode, sddl);
            ModelPipe pipe = machine.pipes.get(Machine.key(path));
            if (pipe != null) {
                boolean denied = (openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0 || !pipe.admits(user);
                fail("CreateNamedPipeW", denied ? ERROR_ACCESS_DENIED : 0);
                fail("CreateNamedPipeW", pipe.instances.size() >= pipe.most ? ERROR_PIPE_BUSY : 0);
            } else {
                int most = instances == PIPE_UNLIMITED_INSTANCES ? Integer.MAX_VALUE : instances;
                pipe = new ModelPipe(path, sddl, most);
                machine.pipes.put(Machine.key(path), pipe);
            }
            ModelInstance instance = new ModelInstance(pipe, this);
            pipe.instances.add(instance);
            machine.notifyAll(); // for WaitNamedPipe
            return add(instance.server);
        }
    }

    private void checkFlags(String path, int openMode, int pipeMode, String sddl) throws Win32Exception {
        String name = path.startsWith("\\\\.\\pipe\\") ? path.substring(9) : "";
        boolean legal = !name.isEmpty()
                && path.length() <= 256
                && !name.replaceFirst("^LOCAL\\\\", "").contains("\\");
        fail("CreateNamedPipeW", legal ? 0 : INVALID_PARAMETER);
        if (hostile) {
            return;
        }
        if ((openMode & FILE_FLAG_OVERLAPPED) == 0
                || (openMode & PIPE_ACCESS_DUPLEX) != PIPE_ACCESS_DUPLEX
                || pipeMode != PIPE_REJECT_REMOTE_CLIENTS
                || !sddl.equals("O:" + user + "D:P(A;;GA;;;" + user + ")")) {
            machine.violated("CreateNamedPipeW: openMode=" + openMode + ", pipeMode=" + pipeMode + ", sddl=" + sddl);
        }
    }

    @Override
    public long openNamedPipe(String path) throws Win32Exception {
        synchronized (machine) {
            fault("CreateFileW");
            ModelPipe pipe = served("CreateFileW", path);
            fail("CreateFileW", privileged || pipe.admits(user) ? 0 : ERROR_ACCESS_DENIED);
            ModelInstance instance = pipe.listening();
            fail("CreateFileW", instance == null ? ERROR_PIPE_BUSY : 0);
            instance.opened(this);
            machine.notifyAll();
            return add(instance.client);
        }
    }

    private ModelPipe served(String function, String path) throws Win32Exception {
        ModelPipe pipe = machine.pipes.get(Machine.key(path));
        fail(function, pipe == null || !pipe.isServed() ? ERROR_FILE_NOT_FOUND : 0);
        return pipe;
    }

    @Override
    public void waitNamedPipe(String path, int millis) throws Win32Exception {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        synchronized (machine) {
            fault("WaitNamedPipeW");
            while (served("WaitNamedPipeW", path).listening() == null) {
                fail("WaitNamedPipeW", System.nanoTime() - deadline > 0 ? ERROR_SEM_TIMEOUT : 0);
                machine.awaitChange(deadline);
            }
        }
        restoreInterrupt();
    }

    @Override
    public long clientProcessId(long pipe) throws Win32Exception {
        synchronized (machine) {
            fault("GetNamedPipeClientProcessId");
            return end(pipe).instance.client.owner.pid;
        }
    }

    @Override
    public long serverProcessId(long pipe) throws Win32Exception {
        synchronized (machine) {
            fault("GetNamedPipeServerProcessId");
            return end(pipe).instance.server.owner.pid;
        }
    }

    private End end(long handle) throws Win32Exception {
        if (handles.get(handle) instanceof End end) {
            return end;
        }
        if (!dead) {
            machine.violated("no pipe: handle=" + handle);
        }
        throw new Win32Exception("a pipe's function", INVALID_HANDLE);
    }

    @Override
    public List<String> pipeNames() {
        synchronized (machine) {
            return machine.pipes.values().stream()
                    .filter(ModelPipe::isServed)
                    .map(pipe -> pipe.path.substring(9))
                    .toList();
        }
    }

    @Override
    public Operation operation(long pipe, int bufferBytes) throws Win32Exception {
        synchronized (machine) {
            fault("CreateEventW");
            ModelEvent event = new ModelEvent();
            return new ModelOperation(machine, end(pipe), add(event), event, bufferBytes);
        }
    }

    @Override
    public long createEvent() throws Win32Exception {
        synchronized (machine) {
            fault("CreateEventW");
            return add(new ModelEvent());
        }
    }

    @Override
    public void setEvent(long event) {
        synchronized (machine) {
            event("SetEvent", event).signalled = true;
            machine.notifyAll();
        }
    }

    @Override
    public void resetEvent(long event) {
        synchronized (machine) {
            event("ResetEvent", event).signalled = false;
        }
    }

    private ModelEvent event(String function, long handle) {
        if (handles.get(handle) instanceof ModelEvent event) {
            return event;
        }
        if (!dead) {
            machine.violated(function + ": no event: handle=" + handle);
        }
        ModelEvent none = new ModelEvent();
        none.signalled = true;
        return none;
    }

    @Override
    public int waitForAny(long[] waited, int millis) {
        synchronized (machine) {
            if (waited.length > MAXIMUM_WAIT_OBJECTS) {
                machine.violated("WaitForMultipleObjects: " + waited.length);
            }
            ModelEvent[] events = new ModelEvent[waited.length];
            for (int i = 0; i < waited.length; i++) {
                events[i] = event("WaitForMultipleObjects", waited[i]);
                events[i].waiters++;
            }
            try {
                return await(events, millis);
            } finally {
                for (ModelEvent event : events) {
                    event.waiters--;
                }
                restoreInterrupt();
            }
        }
    }

    private int await(ModelEvent[] events, int millis) {
        long deadline = System.nanoTime() + (millis == INFINITE ? Long.MAX_VALUE / 2 : millis * 1_000_000L);
        while (true) {
            if (dead) {
                throw new IllegalStateException("this process was killed: its threads should not be here");
            }
            for (int i = 0; i < events.length; i++) {
                if (events[i].signalled) {
                    return i;
                }
            }
            if (System.nanoTime() - deadline >= 0) {
                return WAIT_TIMEOUT;
            }
            machine.awaitChange(deadline);
        }
    }

    static void reinterrupt() {
        INTERRUPTED.set(true);
    }

    private static void restoreInterrupt() {
        if (INTERRUPTED.get()) {
            INTERRUPTED.set(false);
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void closeHandle(long handle) {
        synchronized (machine) {
            Object object = handles.remove(handle);
            if (object instanceof End end) {
                end.closed = true;
                closed(end);
            } else if (object instanceof ModelEvent event) {
                if (event.waiters > 0) {
                    machine.violated("CloseHandle: an event that " + event.waiters + " threads wait for");
                }
                event.closed = true;
            } else if (!dead) {
                machine.violated("CloseHandle: handle=" + handle);
            }
            machine.notifyAll();
        }
    }

    /** What this end wrote stays for the other to read; what it has not read is gone. */
    private void closed(End end) {
        if (!dead && (end.connecting != null || isPending(end))) {
            machine.violated("CloseHandle: a pipe with a pending operation");
        }
        abortOwn(end);
        if (end.in != null) {
            end.in.pump(machine.faults());
            end.out.pump(machine.faults());
        }
        ModelInstance instance = end.instance;
        if (instance.server.closed && (instance.client == null || instance.client.closed)) {
            instance.pipe.instances.remove(instance);
        }
        if (instance.pipe.instances.isEmpty()) {
            machine.pipes.remove(Machine.key(instance.pipe.path), instance.pipe);
        }
        machine.notifyAll();
    }

    private static boolean isPending(End end) {
        return end.in != null && (end.in.reading != null || end.out.writing != null);
    }

    private static void abortOwn(End end) {
        if (end.connecting != null) {
            end.connecting.broken();
        }
        Direction in = end.in;
        if (in != null && in.reading != null) {
            in.reading.broken();
        }
        if (in != null && end.out.writing != null) {
            end.out.writing.broken();
        }
    }

    @Override
    public long currentProcessId() {
        return pid;
    }

    @Override
    public String userOf(long processId) throws Win32Exception {
        synchronized (machine) {
            fault("OpenProcess");
            ModelProcess process = machine.processes.get(processId);
            fail("OpenProcess", process == null ? INVALID_PARAMETER : 0);
            return process.user;
        }
    }

    @Override
    public boolean isPackaged() {
        return packaged;
    }
}
