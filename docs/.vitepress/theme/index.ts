/** The default theme, with a link from each race's page, and from their index, to the page below /play. */
import { useRoute, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { computed, defineComponent, h } from 'vue';
import './style.css';

const others = ['index', 'what-each-check-is-for'];

const IndexLink = defineComponent(() => {
  const route = useRoute();
  return () =>
    /\/races\/(?:index(?:\.html)?)?$/.test(route.path)
      ? h(
          'a',
          { class: 'play', href: withBase('/play/races.html'), target: '_self' },
          'Find races by kernel, CPUs, mechanism, CVE or commit',
        )
      : null;
});

const PlayLink = defineComponent(() => {
  const route = useRoute();
  const model = computed(() => /\/races\/([\w-]+)(?:\.html)?$/.exec(route.path)?.[1]);
  return () =>
    model.value === undefined || others.includes(model.value)
      ? null
      : h(
          'a',
          { class: 'play', href: withBase(`/play/#${model.value}`), target: '_self' },
          'Walk this race in the checker',
        );
});

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'doc-before': () => [h(IndexLink), h(PlayLink)] }),
};
