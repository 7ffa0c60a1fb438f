package edgeloop.simulation;

import static edgeloop.simulation.Mutant.onRing;

import java.util.List;

/** Bugs of an engine on an io_uring: those that others shipped, by their reports, and our own. */
final class RingMutations {
    static final List<Mutant> ALL =
            List.of(
                    onRing(
                            "liburing#932, #1048 closing does not end what receives",
                            "engine/RingOperations",
                            "        withdraw(channel, RECEIVING, RECEIVE);",
                            "",
                            1_000),
                    onRing(
                            "closing does not end what looks for the peer's end",
                            "engine/RingOperations",
                            "        withdraw(channel, END_POLLED, POLL_END);",
                            "",
                            1_000),
                    onRing(
                            "closing does not end what waits for room",
                            "engine/RingOperations",
                            "        withdraw(channel, ROOM_POLLED, POLL_ROOM);",
                            "",
                            1_000),
                    onRing(
                            "a listener that is closed goes on",
                            "engine/RingOperations",
                            "        withdraw(channel, LISTENING, POLL_LISTENER);",
                            "",
                            1_000),
                    onRing(
                            "liburing#1275 who found no buffer does not receive again",
                            "engine/RingInput",
                            "~(RECEIVING | STOPPING);\n            engine.changed(stream);",
                            "~(RECEIVING | STOPPING);\n"
                                    + "            if (result != -Errno.ENOBUFS) engine.changed(stream);",
                            1_000),
                    onRing(
                            "quilkin#1445 what has ended without an error is not begun again",
                            "engine/RingInput",
                            "~(RECEIVING | STOPPING);\n            engine.changed(stream);",
                            "~(RECEIVING | STOPPING);\n            if (result < 0) engine.changed(stream);",
                            1_000),
                    onRing(
                            "quilkin#1445 what has ended passes for what goes on",
                            "engine/RingInput",
                            "stream.bits &= ~(RECEIVING | STOPPING);",
                            "",
                            1_000),
                    onRing(
                                    "a poll that has ended is not begun again",
                                    "engine/RingEngine",
                                    "            stream.bits &= ~mark;\n            toArm.add(stream);",
                                    "            stream.bits &= ~mark;",
                                    20_000)
                            .rarely(1_701),
                    onRing(
                            "liburing#1359 output is sent while a send of it is under way",
                            "engine/RingEngine",
                            "(WRITABLE | GONE | SENDING)) == WRITABLE",
                            "(WRITABLE | GONE)) == WRITABLE",
                            1_000),
                    onRing(
                            "E13 a short send is taken as whole",
                            "engine/Sender",
                            "        if (n > 0 && queue != null) {\n            queue.remove(segments, n);",
                            "        if (n > 0 && queue != null) {\n"
                                    + "            queue.remove(segments, (int) queue.size());",
                            1_000),
                    onRing(
                            "io_uring-echo-server#23 the end has a buffer",
                            "engine/RingEngine",
                            "if ((flags & IORING_CQE_F_BUFFER) != 0) {",
                            "if (RingOperations.kind(data) == RingOperations.RECEIVE && ring.result(i) >= 0) {",
                            1_000),
                    onRing(
                            "a buffer is not given back",
                            "engine/RingEngine",
                            "                ring.giveBack(flags);",
                            "",
                            1_000),
                    onRing(
                            "a buffer that comes after a close is not given back",
                            "engine/RingEngine",
                            "if ((flags & IORING_CQE_F_BUFFER) != 0) {",
                            "if ((flags & IORING_CQE_F_BUFFER) != 0 && channel != null) {",
                            5_000),
                    onRing(
                            "a buffer that comes after a close is given back twice",
                            "engine/RingEngine",
                            "                ring.giveBack(flags);",
                            "                ring.giveBack(flags);\n"
                                    + "                if (channel == null) ring.giveBack(flags);",
                            5_000),
                    onRing(
                                    "in bulk, what was told behind what is kept is forgotten",
                                    "engine/RingInput",
                                    "if (readsForItself(stream)) {\n            stream.bits |= READABLE;",
                                    "if (false) {\n            stream.bits |= READABLE;",
                                    5_000)
                            .rarely(1_201),
                    onRing(
                                    "in bulk, recv takes what a receive under way is about to",
                                    "engine/RingInput",
                                    "(BULK | RECEIVING | ENDED | GONE)) == BULK",
                                    "(BULK | ENDED | GONE)) == BULK",
                                    5_000)
                            .rarely(6_001),
                    onRing(
                            "in bulk, what tells of input is not watched for",
                            "engine/RingEngine",
                            "                operations.watchForInput(stream); // and for the end\n",
                            "",
                            5_000),
                    onRing(
                            "in bulk, what watches for input outlives the connection",
                            "engine/RingOperations",
                            "        withdraw(channel, INPUT_POLLED, POLL_INPUT);\n",
                            "",
                            5_000),
                    onRing(
                            "netty#14827 a buffer is given back that is in use yet",
                            "poll/BufferRing",
                            "(short) number);",
                            "(short) (number + 1 & COUNT - 1));",
                            1_000),
                    onRing(
                            "netty#14827 a buffer is given back at another's place",
                            "poll/BufferRing",
                            "memory.set(JAVA_LONG, entry + BUF_ADDR, buffers[number].address());",
                            "",
                            1_000),
                    onRing(
                            "netty#17238 output is freed that the kernel is about to read",
                            "engine/RingEngine",
                            "        operations.withdrawSend(stream);",
                            "",
                            1_000),
                    onRing(
                            "netty#17238 what the kernel has not taken yet counts as taken",
                            "engine/RingOperations",
                            "if (ring.hasTakenAll()) {",
                            "if (true) {",
                            5_000),
                    onRing(
                            "what is taken back goes out for all that",
                            "poll/Ring",
                            "== data) {\n                clear(sqe);",
                            "== data) {\n                if (i == i) return true;",
                            1_000),
                    onRing(
                            "the first that is asked for can't be taken back",
                            "poll/Ring",
                            "for (int i = taken; i != tail; i++) {",
                            "for (int i = taken + 1; i - tail < 0; i++) {",
                            1_000),
                    onRing(
                            "E24 a completion reaches who has its slot now",
                            "engine/RingEngine",
                            "channels.find(RingOperations.key(data));",
                            "data >>> 32 == 0 ? null : channels.at((int) RingOperations.key(data));",
                            1_000),
                    onRing(
                                    "E16 what a pause keeps has no bound",
                                    "engine/RingInput",
                                    "queue.size() >= Engine.INPUT_BYTES",
                                    "false",
                                    20_000)
                            .rarely(801),
                    onRing(
                                    "E16 input of one who is paused ends once and never again",
                                    "engine/RingInput",
                                    "stream.bits &= ~(RECEIVING | STOPPING);",
                                    "stream.bits &= ~RECEIVING;",
                                    20_000)
                            .rarely(801),
                    onRing(
                                    "E16 who has enough receives again at once",
                                    "engine/RingEngine",
                                    "== WANTED && stream.held == null) {",
                                    "== WANTED) {",
                                    20_000)
                            .rarely(8_001),
                    onRing(
                                    "E16 who is paused receives again",
                                    "engine/RingEngine",
                                    "(bits & (WANTED | FIN_RECEIVED)) == WANTED && stream.held == null",
                                    "(bits & (GONE | FIN_RECEIVED)) == 0",
                                    20_000)
                            .rarely(801),
                    onRing(
                            "E62 nobody looks for the end of a peer that is paused",
                            "engine/RingEngine",
                            "} else if ((bits & END_POLLED) == 0) {",
                            "} else if (false) {",
                            1_000),
                    onRing(
                            "E8 what is wanted again is not received",
                            "engine/SocketEngine",
                            "| gone;\n        }\n        changed(stream);",
                            "| gone;\n        }",
                            1_000),
                    onRing(
                            "E8 what was kept is all that comes",
                            "engine/RingInput",
                            "            engine.changed(stream); // it may receive again",
                            "",
                            1_000),
                    onRing(
                                    "E8 what was kept is not shown",
                                    "engine/RingInput",
                                    "        if ((stream.bits & WANTED) != 0) {\n            engine.toResume.add(stream);",
                                    "        if (false) {\n            engine.toResume.add(stream);",
                                    20_000)
                            .rarely(22_001),
                    onRing(
                            "E6 input overtakes what was kept",
                            "engine/RingInput",
                            "if ((stream.bits & WANTED) == 0 || stream.held != null) {",
                            "if ((stream.bits & WANTED) == 0) {",
                            1_000),
                    onRing(
                                    "E6 what there is no room to show is dropped",
                                    "engine/RingInput",
                                    "            hold(stream, buffer, first, length - first);",
                                    "",
                                    20_000)
                            .rarely(4_701),
                    onRing(
                            "E67 who is cut off keeps its input",
                            "engine/RingEngine",
                            "        super.discard(stream);\n        inbound.dropHeld(stream);",
                            "        super.discard(stream);",
                            1_000),
                    onRing(
                            "the kernel has taken all that it was asked to",
                            "poll/Ring",
                            "            taken += result;\n        }\n        return result;",
                            "            taken = tail;\n        }\n        return result;",
                            1_000),
                    onRing(
                                    "in the middle of a turn the kernel has taken all",
                                    "poll/Ring",
                                    "                taken += result;\n            } else",
                                    "                taken = tail;\n            } else",
                                    100_000)
                            .rarely(10_301),
                    onRing(
                            "what is asked for has room without end",
                            "poll/Ring",
                            "        if (tail - taken > submissionMask) {",
                            "        if (false) {",
                            5_000),
                    onRing(
                            "a place is used again with what was there before",
                            "poll/Ring",
                            "        clear(sqe);\n        submissions.set(JAVA_BYTE, sqe + SQE_OPCODE,",
                            "        submissions.set(JAVA_BYTE, sqe + SQE_OPCODE,",
                            1_000),
                    onRing(
                                    "libuv#4598 completions that come meanwhile are lost",
                                    "poll/Ring",
                                    "        head += completions;",
                                    "        head = (int) INT.getAcquire(rings, completedOffset);",
                                    20_000)
                            .rarely(601),
                    onRing(
                            "firewood#1522 completions are not taken note of",
                            "poll/Ring",
                            "        INT.setRelease(rings, headOffset, head);",
                            "        if ((head & 1) == 0) INT.setRelease(rings, headOffset, head);",
                            1_000),
                    onRing(
                            "a time that is up is an error",
                            "poll/Ring",
                            "                        && result != -Errno.ETIME\n",
                            "",
                            5_000),
                    onRing(
                            "no memory to submit is an error",
                            "poll/Ring",
                            "                        && result != -Errno.EAGAIN\n",
                            "",
                            1_000),
                    onRing(
                            "without memory to submit it sleeps as long as ever",
                            "poll/Ring",
                            "Math.clamp(timeoutNanos, 1, SHORTAGE_NANOS)",
                            "timeoutNanos",
                            1_000),
                    onRing(
                                    "without memory in the middle of a turn all ends",
                                    "poll/Ring",
                                    "result == -Errno.EAGAIN && i < MOST_TRIES",
                                    "false",
                                    100_000)
                            .rarely(6_001),
                    onRing(
                            "E40 EINTR from io_uring_enter is an error",
                            "Reactor",
                            "if (errno == Errno.EINTR) {",
                            "if (false) {",
                            1_000),
                    onRing(
                            "E6 EINTR of a receive is its failure",
                            "engine/RingInput",
                            " && result != -Errno.EINTR) {",
                            ") {",
                            1_000),
                    onRing(
                            "a pause breaks the connection",
                            "engine/RingInput",
                            "} else if (result != -Errno.ECANCELED && ",
                            "} else if (",
                            20_000),
                    onRing(
                                    "what came before an error is lost",
                                    "engine/RingInput",
                                    "            int _ = deliverHeld(stream); // it came before",
                                    "            dropHeld(stream);",
                                    20_000)
                            .rarely(801),
                    onRing(
                            "after the end it receives on",
                            "engine/RingInput",
                            "            stream.bits |= FIN_RECEIVED;\n            engine.endSeen(stream);",
                            "            engine.endSeen(stream);",
                            1_000),
                    onRing(
                            "who has connected does not receive",
                            "engine/SocketEngine",
                            "        changed(stream);\n        stream.connected(error);",
                            "        stream.connected(error);",
                            1_000),
                    onRing(
                            "E14 nobody waits for room where a send was refused",
                            "engine/RingEngine",
                            "            if ((stream.bits & WRITABLE) == 0) {\n                changed(stream);",
                            "            if (false) {\n                changed(stream);",
                            1_000),
                    onRing(
                            "E1, netty#14819, #15502 a listener whose poll has ended hears of nobody",
                            "engine/RingEngine",
                            "            if ((listener.bits & HELD) == 0) {\n                operations.watch(listener);",
                            "            if (false) {\n                operations.watch(listener);",
                            1_000),
                    onRing(
                                    "a listener that is held hears of who others would take",
                                    "engine/RingOperations",
                                    "            ring.cancel(data(listener, POLL_LISTENER));",
                                    "",
                                    20_000)
                            .rarely(1_401),
                    onRing(
                            "a listener that was held hears of nobody again",
                            "engine/RingEngine",
                            "        if ((listener.bits & LISTENING) == 0) { // else",
                            "        if (false) { // else",
                            20_000),
                    onRing(
                                    "a listener that is held is watched on",
                                    "engine/RingEngine",
                                    "            if ((listener.bits & HELD) == 0) {\n                operations.watch(listener);",
                                    "            if (true) {\n                operations.watch(listener);",
                                    20_000)
                            .rarely(1_401),
                    onRing(
                            "E39 the kernel is asked once before a timeout",
                            "engine/RingEngine",
                            "i < MOST_LOOKS",
                            "i < 1",
                            5_000),
                    onRing(
                            "E39 the first that comes is taken for all",
                            "engine/RingInput",
                            "isAsked(stream) && (emptied || result == 0)",
                            "isAsked(stream)",
                            5_000),
                    onRing(
                            "E39 what is kept keeps it from being asked for",
                            "engine/RingEngine",
                            "            readOn(stream); // what is kept",
                            "            // what is kept",
                            5_000),
                    onRing(
                                    "all begin at once, and end for want of room, and begin at once",
                                    "engine/RingEngine",
                                    " && operations.begun() - before < mostArmed;",
                                    ";",
                                    10_000)
                            .rarely(143_001),
                    onRing(
                                    "it sleeps while some are yet to receive",
                                    "engine/RingEngine",
                                    "super.hasWork() || !toArm.isEmpty()",
                                    "super.hasWork()",
                                    5_000)
                            .rarely(4_301),
                    onRing(
                            "E33 the poll of the eventfd is not begun again",
                            "poll/Ring",
                            "if (isLast && data == WAKER_DATA) {",
                            "if (false) {",
                            5_000),
                    onRing(
                                    "E35 the poll of the timerfd is not begun again",
                                    "poll/Ring",
                                    "} else if (isLast && data == ALARM_DATA) {",
                                    "} else if (false) {",
                                    100_000)
                            .rarely(6_601),
                    onRing(
                            "E34 tasks are not looked for after the sleep was announced",
                            "poll/Ring",
                            "hasWork.getAsBoolean() ?",
                            "hasWork == null ?",
                            1_000),
                    onRing(
                            "what has gone out before a close is not counted",
                            "engine/RingEngine",
                            "            stream.sent(Math.max(0, result)); // which",
                            "            // which",
                            1_000));

    private RingMutations() {}
}
