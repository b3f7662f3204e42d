import type { DefaultTheme, LocaleSpecificConfig } from 'vitepress';
import { chineseSidebar } from './sidebar.ts';

/** The pages under /zh/: their navigation, and the words of the theme. */
export const chinese: LocaleSpecificConfig<DefaultTheme.Config> & { label: string; link: string } = {
  label: '简体中文',
  lang: 'zh-CN',
  link: '/zh/',
  description: '用 TypeScript 训练生成对抗网络：基于 TensorFlow.js，各部件均可替换',
  themeConfig: {
    nav: [
      { text: '指南', link: '/zh/guide/first-digits', activeMatch: '^/zh/guide/' },
      { text: '模型', link: '/variants/vanilla' },
      { text: 'API 参考', link: '/api/' },
    ],
    sidebar: chineseSidebar,
    outline: { level: [2, 3], label: '本页目录' },
    docFooter: { prev: '上一页', next: '下一页' },
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '切换到浅色模式',
    darkModeSwitchTitle: '切换到深色模式',
    sidebarMenuLabel: '菜单',
    returnToTopLabel: '返回顶部',
    langMenuLabel: '切换语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '页面不存在',
      quote: '这个地址没有对应的页面。',
      linkLabel: '回到首页',
      linkText: '回到首页',
    },
  },
};

export const chineseSearch = {
  translations: {
    button: { buttonText: '搜索', buttonAriaLabel: '搜索文档' },
    modal: {
      displayDetails: '显示详细内容',
      resetButtonTitle: '清除搜索词',
      backButtonTitle: '关闭搜索',
      noResultsText: '没有找到：',
      footer: { selectText: '打开', navigateText: '选择', closeText: '关闭' },
    },
  },
};
