/** The three descriptors a reactor sleeps on: the epoll instance, its eventfd and its timerfd. */
@NullMarked
package edgeloop.poll;

import org.jspecify.annotations.NullMarked;
